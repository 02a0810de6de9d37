package xyz.trollllm.server.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.document.EndpointList;
import xyz.trollllm.proxy.document.PriceList;
import xyz.trollllm.proxy.document.PublicEndpoint;

/** For every model of every shipped file: page, JSON, price list and bill say the same. */
final class QuotesAgreeTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final List<String> KINDS =
      List.of("input", "output", "cache_write_5m", "cache_write_1h", "cache_hit");
  private static final String SERVICE = "any";

  /** So few that no shipped tier applies, and as many as prices are per. */
  private static final long TOKENS = 1000;

  static List<Path> shippedConfigs() throws IOException {
    try (Stream<Path> files = Files.list(TwoFiles.SHIPPED)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  private static JsonNode json(ByteBuffer text) {
    return JSON.readTree(UTF_8.decode(text.duplicate()).toString());
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  @DisplayName("D9: what the page shows is what the JSON and the instance's own list say")
  void pageAndListsAgree(Path file) {
    GatewayConfig config = ConfigLoader.load(file, Map.of());
    PublicEndpoint endpoint = new PublicEndpoint(SERVICE, config, null);
    JsonNode quotes = json(PriceList.json("x", PriceBook.of(config))).path("models");
    JsonNode listed = json(EndpointList.json(List.of(endpoint))).at("/endpoints/0/models");
    PageTree page =
        PageTree.of(UTF_8.decode(EndpointsPage.html(List.of(endpoint)).duplicate()).toString());

    assertThat(listed).hasSameSizeAs(quotes).isNotEmpty();
    for (int i = 0; i < quotes.size(); i++) {
      JsonNode quote = quotes.get(i);
      ObjectNode without = ((ObjectNode) listed.get(i)).deepCopy();
      assertThat(without.remove("upstream").stringValue())
          .isEqualTo(config.models().get(i).upstream());
      assertThat(without.remove("example_cost")).isNotNull();
      assertThat(without).isEqualTo(quote);
      assertShown(page, quote, listed.get(i).path("example_cost").stringValue());
    }
  }

  private static void assertShown(PageTree page, JsonNode quote, String example) {
    String id = quote.path("id").stringValue();
    String article = "//article[@id='" + SERVICE + "/" + id + "']";
    List<JsonNode> columns = new ArrayList<>(List.of(quote));
    quote.path("long_context_tiers").forEach(columns::add);
    for (int kind = 0; kind < KINDS.size(); kind++) {
      List<String> expected = new ArrayList<>();
      for (JsonNode column : columns) {
        expected.add(column.path("prices").path(KINDS.get(kind)).stringValue());
        expected.add(column.path("effective_prices").path(KINDS.get(kind)).stringValue());
      }
      assertThat(page.texts(article + "//tbody/tr[" + (kind + 1) + "]/td")).isEqualTo(expected);
    }
    assertThat(page.texts(article + "//b[@class='multiplier']"))
        .containsExactly(quote.path("multiplier").stringValue());
    List<String> fees = new ArrayList<>();
    for (String tool : List.of("web_search", "web_fetch")) {
      if (!quote.path("effective_fees").path(tool).isNull()) {
        fees.add(quote.path("effective_fees").path(tool).stringValue());
      }
    }
    assertThat(page.texts(article + "//b[@class='fee']")).isEqualTo(fees);
    assertThat(page.texts(article + "//li/code"))
        .containsExactly(quote.path("credit_field").stringValue());
    assertThat(page.texts("//table[@class='comparison']//tr[th/code='" + id + "']/td/span[1]"))
        .containsExactly(example);
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  @DisplayName("D9: what is shown is what is charged, to the last digit, for every kind of token")
  void billAgrees(Path file) {
    GatewayConfig config = ConfigLoader.load(file, Map.of());
    PriceBook book = PriceBook.of(config);
    JsonNode listed =
        json(EndpointList.json(List.of(new PublicEndpoint(SERVICE, config, null))))
            .at("/endpoints/0/models");

    for (int i = 0; i < listed.size(); i++) {
      ModelConfig model = config.models().get(i);
      JsonNode shown = listed.get(i);
      for (int kind = 0; kind < KINDS.size(); kind++) {
        assertCharged(book, model, kind, TOKENS, shown);
        for (JsonNode tier : shown.path("long_context_tiers")) {
          long above = tier.path("above_input_tokens").longValue();
          if (kind != 1) { // the answer alone is no long prompt
            assertCharged(book, model, kind, above, shown);
            assertCharged(book, model, kind, above + 1, tier);
          }
        }
      }
      Usd thousandOfEach = book.cost(model, TokenUsage.of(TokenCounts.of(TOKENS, TOKENS))).charge();
      assertThat(new BigDecimal(shown.path("example_cost").stringValue()))
          .isEqualByComparingTo(thousandOfEach.amount().multiply(BigDecimal.valueOf(1000)));
    }
  }

  private static void assertCharged(
      PriceBook book, ModelConfig model, int kind, long tokens, JsonNode prices) {
    TokenCounts counts =
        new TokenCounts(
            kind == 0 ? tokens : 0,
            kind == 2 ? tokens : 0,
            kind == 3 ? tokens : 0,
            kind == 4 ? tokens : 0,
            kind == 1 ? tokens : 0);
    BigDecimal price =
        new BigDecimal(prices.path("effective_prices").path(KINDS.get(kind)).stringValue());

    assertThat(book.cost(model, TokenUsage.of(counts)).charge())
        .isEqualTo(
            new Usd(price.multiply(BigDecimal.valueOf(tokens)).movePointLeft(6)).roundedToNanos());
  }
}
