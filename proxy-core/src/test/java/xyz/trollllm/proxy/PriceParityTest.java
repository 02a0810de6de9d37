package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.ProxyFixture.Answer;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.admission.ModelCatalog;
import xyz.trollllm.proxy.admission.Route;
import xyz.trollllm.proxy.upstream.JdkUpstream;

/** For every model of every shipped configuration: what is quoted is what is charged. */
final class PriceParityTest {
  private static final Path SHIPPED = Path.of("..", "deploy", "goproxy");

  static List<Path> shippedConfigs() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    }
  }

  @Test
  void thereAreShippedConfigs() throws IOException {
    assertThat(shippedConfigs()).hasSizeGreaterThanOrEqualTo(3);
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  void routeCarriesTheVeryBookThatIsQuotedFrom(Path file) {
    GatewayConfig config = ConfigLoader.load(file, Map.of());
    ModelCatalog catalog = new ModelCatalog(config);

    for (ModelConfig model : config.models()) {
      Route route = catalog.route(model.id(), Api.ANTHROPIC_MESSAGES).orElseThrow();
      assertThat(route.prices()).isSameAs(catalog.prices());
      assertThat(route.model()).isSameAs(model);
    }
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  void everyModelIsChargedAsQuoted(Path file) throws Exception {
    try (MockWebServer upstream = new MockWebServer()) {
      upstream.start();
      GatewayConfig config = ConfigLoader.load(file, endpointsAt(file, upstream.getPort()));
      InMemoryCreditLedger ledger = new InMemoryCreditLedger();
      for (CreditField field : CreditField.values()) {
        ledger.setBalance("alice", field, Usd.of("1000"));
      }
      Map<String, List<String>> keys = new HashMap<>();
      config.upstreams().keySet().forEach(name -> keys.put(name, List.of("operator")));
      try (MeteredProxy proxy =
          new MeteredProxy(
              config,
              keys,
              _ -> Optional.of(new Account("alice", true)),
              ledger,
              _ -> {},
              _ -> {},
              JdkUpstream::new)) {
        JsonTree prices = JsonTree.of(send(proxy, "GET", "/pricing", "").body());
        assertThat(prices.elements("models")).hasSize(config.models().size());
        for (ModelConfig model : config.models()) {
          JsonTree quote = quoteOf(model.id(), prices);
          assertChargedAsQuoted(proxy, upstream, ledger, model, quote, Usage.everyKind());
          for (JsonTree tier : quote.elements("long_context_tiers")) {
            long above = tier.decimal("above_input_tokens").longValueExact();
            Usage atIt = Usage.everyKind().withTotalInput(above);
            Usage overIt = Usage.everyKind().withTotalInput(above + 1);
            assertChargedAsQuoted(proxy, upstream, ledger, model, quote, atIt);
            assertChargedAsQuoted(proxy, upstream, ledger, model, quote, overIt);
          }
        }
      }
    }
  }

  private static Map<String, String> endpointsAt(Path file, int port) {
    Map<String, String> environment = new HashMap<>();
    ConfigLoader.load(file, Map.of())
        .upstreams()
        .forEach((name, upstream) ->
            upstream
                .endpoints()
                .keySet()
                .forEach(api ->
                    environment.put(
                        "ENDPOINT_"
                            + (name + "_" + api.endpointSuffix())
                                .toUpperCase(Locale.ROOT)
                                .replace('-', '_')
                            + "_URL",
                        "http://127.0.0.1:" + port + "/v1/" + api.endpointSuffix())));
    return environment;
  }

  private static JsonTree quoteOf(String model, JsonTree prices) {
    return prices.elements("models").stream()
        .filter(quote -> quote.text("id").equals(model))
        .findFirst()
        .orElseThrow();
  }

  private static void assertChargedAsQuoted(
      MeteredProxy proxy,
      MockWebServer upstream,
      InMemoryCreditLedger ledger,
      ModelConfig model,
      JsonTree quote,
      Usage usage)
      throws InterruptedException {
    upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "application/json")
            .body(usage.anthropicAnswer())
            .build());
    Usd before = ledger.balance("alice", model.creditField());

    Answer answer =
        send(
            proxy,
            "POST",
            "/v1/messages",
            "{\"model\":\"" + model.id() + "\",\"max_tokens\":100,\"messages\":[]}");

    assertThat(answer.status).isEqualTo(200);
    Settlement settlement = ledger.records().getLast();
    Usd quoted = new Usd(usage.costBy(quote));
    assertThat(settlement.charge()).isEqualTo(quoted);
    assertThat(before.minus(ledger.balance("alice", model.creditField()))).isEqualTo(quoted);
    assertThat(quote.text("credit_field")).isEqualTo(model.creditField().balanceField());

    String id = answer.headers.first("request-id").orElseThrow();
    JsonTree request = JsonTree.of(send(proxy, "GET", "/v1/me/requests/" + id, "").body());
    assertThat(new Usd(Usage.costOf(request))).isEqualTo(quoted);
    assertThat(new Usd(request.decimal("cost"))).isEqualTo(quoted);
    assertThat(request.text("credit_field")).isEqualTo(quote.text("credit_field"));
  }

  private static Answer send(MeteredProxy proxy, String method, String path, String body)
      throws InterruptedException {
    Answer answer = new Answer();
    proxy.serve(
        new ProxyRequest(
            method,
            path,
            null,
            Headers.of("x-api-key", "any"),
            ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8))),
        answer);
    return answer;
  }

  /** What an upstream reports, and its price by numbers that were quoted, worked out apart. */
  private record Usage(long input, long write5m, long write1h, long hit, long output, long web) {
    static Usage everyKind() {
      return new Usage(1237, 811, 409, 3571, 97, 3);
    }

    Usage withTotalInput(long total) {
      return new Usage(total - write5m - write1h - hit, write5m, write1h, hit, output, web);
    }

    String anthropicAnswer() {
      return """
      {"type":"message","model":"any","content":[{"type":"text","text":"Hi"}],"usage":{
       "input_tokens":%d,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,
       "cache_creation":{"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":%d},
       "output_tokens":%d,"server_tool_use":{"web_search_requests":%d}}}\
      """
          .formatted(input, write5m + write1h, hit, write5m, write1h, output, web);
    }

    BigDecimal costBy(JsonTree quote) {
      JsonTree prices = quote.at("effective_prices");
      for (JsonTree tier : quote.elements("long_context_tiers")) {
        BigDecimal total = BigDecimal.valueOf(input + write5m + write1h + hit);
        if (total.compareTo(tier.decimal("above_input_tokens")) > 0) {
          prices = tier.at("effective_prices");
        }
      }
      return times(input, prices, "input")
          .add(times(write5m, prices, "cache_write_5m"))
          .add(times(write1h, prices, "cache_write_1h"))
          .add(times(hit, prices, "cache_hit"))
          .add(times(output, prices, "output"))
          .movePointLeft(6)
          .add(webSearches(quote.at("effective_fees")))
          .setScale(9, RoundingMode.HALF_UP);
    }

    private BigDecimal webSearches(JsonTree fees) {
      return fees.at("web_search").value() == null
          ? BigDecimal.ZERO
          : times(web, fees, "web_search");
    }

    private static BigDecimal times(long count, JsonTree prices, String kind) {
      return BigDecimal.valueOf(count).multiply(prices.decimal(kind));
    }

    /** A request's cost, by nothing but what the request's own document says. */
    static BigDecimal costOf(JsonTree request) {
      BigDecimal total = BigDecimal.ZERO;
      for (JsonTree item : request.elements("items")) {
        for (String kind :
            List.of("input", "output", "cache_write_5m", "cache_write_1h", "cache_hit")) {
          BigDecimal tokens = item.decimal("tokens", kind);
          BigDecimal price = item.decimal("prices", kind).multiply(item.decimal("factor"));
          total = total.add(tokens.multiply(price).movePointLeft(6));
        }
      }
      for (JsonTree fee : request.elements("fees")) {
        if (fee.at("price").value() != null) {
          total = total.add(fee.decimal("count").multiply(fee.decimal("price")));
        }
      }
      return total.multiply(request.decimal("multiplier")).setScale(9, RoundingMode.HALF_UP);
    }
  }
}
