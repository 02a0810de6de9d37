package xyz.trollllm.config;

import static java.util.stream.Collectors.joining;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Shows which way requests go, who pays for them and at what price, as one aligned table. */
public final class RoutingTable {
  private static final List<String> HEADINGS =
      List.of(
          "domain",
          "container",
          "port",
          "model",
          "upstream",
          "upstream host",
          "credit field",
          "multiplier",
          "input",
          "output",
          "write 5m",
          "write 1h",
          "hit",
          "web search");
  private static final int FIRST_PRICE_COLUMN = 7;
  private static final String GAP = "  ";
  private static final String LEGEND =
      "Prices are US dollars per million tokens, fees US dollars per use; both before the multiplier.\n";

  private RoutingTable() {}

  /** One line per model and long-context tier, in the order given. */
  public static String render(List<GatewayConfig> configs) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(HEADINGS);
    for (GatewayConfig config : configs) {
      for (ModelConfig model : config.models()) {
        rows.add(row(config, model));
        for (LongContextTier tier : model.pricing().longContextTiers()) {
          rows.add(row(tier));
        }
      }
    }
    return aligned(rows) + LEGEND;
  }

  private static List<String> row(GatewayConfig config, ModelConfig model) {
    UpstreamConfig upstream = config.upstreamOf(model);
    Stream<String> route =
        Stream.of(
            orDash(config.publicHost()),
            orDash(config.service()),
            String.valueOf(config.port()),
            model.id(),
            upstream.name(),
            hosts(upstream),
            model.creditField().balanceField(),
            plain(model.pricing().multiplier()));
    return row(route, model.pricing().prices(), fee(model.pricing().fees().webSearch()));
  }

  private static List<String> row(LongContextTier tier) {
    Stream<String> route =
        Stream.of("", "", "", GAP + "over " + tier.aboveInputTokens() + " tokens", "", "", "", "");
    return row(route, tier.prices(), "");
  }

  private static List<String> row(Stream<String> route, TokenPrices prices, String fee) {
    Stream<String> amounts =
        Stream.of(
            plain(prices.input()),
            plain(prices.output()),
            plain(prices.cacheWrite5m()),
            plain(prices.cacheWrite1h()),
            plain(prices.cacheHit()),
            fee);
    return Stream.concat(route, amounts).toList();
  }

  private static String fee(@Nullable BigDecimal amount) {
    return amount == null ? "-" : plain(amount);
  }

  private static String plain(BigDecimal amount) {
    return amount.toPlainString();
  }

  private static String hosts(UpstreamConfig upstream) {
    return upstream.endpoints().values().stream()
        .map(url -> url.getPort() < 0 ? url.getHost() : url.getHost() + ":" + url.getPort())
        .distinct()
        .sorted()
        .collect(joining(" "));
  }

  private static String orDash(@Nullable String value) {
    return value == null ? "-" : value;
  }

  private static String aligned(List<List<String>> rows) {
    int[] widths =
        IntStream.range(0, HEADINGS.size())
            .map(column -> rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0))
            .toArray();
    return rows.stream().map(row -> aligned(row, widths)).collect(joining());
  }

  private static String aligned(List<String> row, int[] widths) {
    return IntStream.range(0, row.size())
            .mapToObj(column -> cell(row.get(column), widths[column], column))
            .collect(joining(GAP))
            .stripTrailing()
        + "\n";
  }

  /** Words stand left, numbers right. */
  private static String cell(String text, int width, int column) {
    String padding = " ".repeat(width - text.length());
    return column < FIRST_PRICE_COLUMN ? text + padding : padding + text;
  }
}
