package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/** What every shipped configuration quotes is what its users lose, to the last digit. */
final class PriceParityIT {
  private static final Path SHIPPED = Path.of(System.getProperty("gateway.deploy"), "goproxy");
  private static final List<String> KINDS =
      List.of("input", "output", "cache_write_5m", "cache_write_1h", "cache_hit");

  @RegisterExtension static final Stage STAGE = new Stage();

  static List<String> shippedConfigs() throws IOException {
    try (Stream<Path> files = Files.list(SHIPPED)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".json"))
          .sorted()
          .toList();
    }
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  @DisplayName("B3: what is quoted is what is charged, for every model of every shipped file")
  void everyModelIsChargedAsQuoted(String config) throws Exception {
    RunningGateway gateway = STAGE.start(config, environment(config));
    HttpResponse<String> pricing = Http.get(gateway.url().resolve("/pricing"));
    assertThat(pricing.statusCode()).isEqualTo(200);
    assertThat(pricing.headers().firstValue("cache-control")).contains("public, max-age=60");
    JsonNode quotes = Http.json(pricing).path("models");
    assertThat(quotes).isNotEmpty();

    for (JsonNode quote : quotes) {
      assertChargedAsQuoted(gateway, quote, 1237);
      for (JsonNode tier : quote.path("long_context_tiers")) {
        long above = tier.path("above_input_tokens").longValue();
        assertChargedAsQuoted(gateway, quote, above - Usage.CACHED);
        assertChargedAsQuoted(gateway, quote, above - Usage.CACHED + 1);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("shippedConfigs")
  @DisplayName("D9: what the backend shows of an endpoint is what the endpoint itself quotes")
  void backendQuotesTheSame(String config) throws Exception {
    RunningGateway gateway = STAGE.start(config, environment(config));
    JsonNode quotes = Http.json(Http.get(gateway.url().resolve("/pricing"))).path("models");
    Path file = SHIPPED.resolve(config);
    try (RunningGateway backend = RunningGateway.backend(RunningGateway.backendFiles(file, file))) {
      JsonNode shown =
          Http.json(Http.get(backend.url().resolve("/endpoints.json"))).at("/endpoints/0/models");
      String page = Http.get(backend.url().resolve("/endpoints")).body();

      assertThat(shown).hasSameSizeAs(quotes);
      for (int i = 0; i < quotes.size(); i++) {
        ObjectNode quote = ((ObjectNode) shown.get(i)).deepCopy();
        quote.remove(List.of("upstream", "example_cost"));
        assertThat(quote).isEqualTo(quotes.get(i));
        for (String kind : KINDS) {
          assertThat(page)
              .contains(">" + quote.path("effective_prices").path(kind).stringValue() + "<");
        }
      }
    }
  }

  private static Map<String, String> environment(String config) {
    Map<String, String> environment = new HashMap<>();
    for (UpstreamConfig upstream :
        ConfigLoader.load(SHIPPED.resolve(config), Map.of()).upstreams().values()) {
      environment.put(upstream.apiKeyVariable(), StandInUpstream.KEY);
      for (Api api : upstream.endpoints().keySet()) {
        String name = upstream.name() + "_" + api.endpointSuffix();
        environment.put(
            "ENDPOINT_" + name.toUpperCase(Locale.ROOT).replace('-', '_') + "_URL",
            STAGE.upstream().url() + Ask.path(api));
      }
    }
    return environment;
  }

  private static void assertChargedAsQuoted(RunningGateway gateway, JsonNode quote, long input)
      throws IOException, InterruptedException {
    Store.User user = STAGE.store().newUser(100, 100);
    Usage usage = new Usage(input);
    STAGE
        .upstream()
        .follow(Script.always(Behaviour.sends(200, "application/json", usage.answer())));

    HttpResponse<String> answer =
        Http.post(gateway, user.key(), Ask.answer(quote.path("id").stringValue()));

    STAGE.upstream().follow(Script.always(Behaviour.answers()));
    assertThat(answer.statusCode()).isEqualTo(200);
    BigDecimal quoted = usage.costBy(quote);
    String field = quote.path("credit_field").stringValue();
    eventuallyPasses(() -> {
      JsonNode request = own(gateway, user, "/v1/me/requests/" + Http.requestId(answer));
      assertThat(request.path("status").stringValue()).isEqualTo("settled");
      assertThat(new BigDecimal(request.path("cost").stringValue())).isEqualByComparingTo(quoted);
      assertThat(costOf(request)).isEqualByComparingTo(quoted);
      assertThat(request.path("credit_field").stringValue()).isEqualTo(field);
      assertThat(new BigDecimal(request.path("balance").stringValue()))
          .isEqualByComparingTo(new BigDecimal(100).subtract(quoted));
    });
    Document spent =
        STAGE.store().document(user).getEmbedded(List.of("gw", "spent"), Document.class);
    assertThat(spent).isEqualTo(new Document(field, quoted.movePointRight(9).longValueExact()));
  }

  static JsonNode own(RunningGateway gateway, Store.User user, String path) {
    try {
      HttpResponse<String> answer = Http.get(gateway, path, user.key());
      assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      return Http.json(answer);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** A request's cost, by nothing but what the request's own document says. */
  private static BigDecimal costOf(JsonNode request) {
    BigDecimal total = BigDecimal.ZERO;
    for (JsonNode item : request.path("items")) {
      for (String kind : KINDS) {
        BigDecimal tokens = item.path("tokens").path(kind).decimalValue();
        BigDecimal price = amount(item.path("prices"), kind).multiply(amount(item, "factor"));
        total = total.add(tokens.multiply(price).movePointLeft(6));
      }
    }
    for (JsonNode fee : request.path("fees")) {
      if (!fee.path("price").isNull()) {
        total = total.add(fee.path("count").decimalValue().multiply(amount(fee, "price")));
      }
    }
    return total.multiply(amount(request, "multiplier")).setScale(9, RoundingMode.HALF_UP);
  }

  private static BigDecimal amount(JsonNode amounts, String name) {
    return new BigDecimal(amounts.path(name).stringValue());
  }

  /** Every kind of token and a tool, and what they cost by quoted numbers, worked out apart. */
  private record Usage(long input) {
    private static final long WRITE_5M = 811;
    private static final long WRITE_1H = 409;
    private static final long HIT = 3571;
    private static final long OUTPUT = 97;
    private static final long SEARCHES = 3;
    static final long CACHED = WRITE_5M + WRITE_1H + HIT;

    String answer() {
      return """
      {"type":"message","content":[{"type":"text","text":"Hi"}],"usage":{
       "input_tokens":%d,"cache_creation_input_tokens":%d,"cache_read_input_tokens":%d,
       "cache_creation":{"ephemeral_5m_input_tokens":%d,"ephemeral_1h_input_tokens":%d},
       "output_tokens":%d,"server_tool_use":{"web_search_requests":%d}}}\
      """
          .formatted(input, WRITE_5M + WRITE_1H, HIT, WRITE_5M, WRITE_1H, OUTPUT, SEARCHES);
    }

    BigDecimal costBy(JsonNode quote) {
      JsonNode prices = quote.path("effective_prices");
      for (JsonNode tier : quote.path("long_context_tiers")) {
        if (input + CACHED > tier.path("above_input_tokens").longValue()) {
          prices = tier.path("effective_prices");
        }
      }
      return times(input, prices, "input")
          .add(times(WRITE_5M, prices, "cache_write_5m"))
          .add(times(WRITE_1H, prices, "cache_write_1h"))
          .add(times(HIT, prices, "cache_hit"))
          .add(times(OUTPUT, prices, "output"))
          .movePointLeft(6)
          .add(webSearches(quote.path("effective_fees")))
          .setScale(9, RoundingMode.HALF_UP);
    }

    private static BigDecimal webSearches(JsonNode fees) {
      return fees.path("web_search").isNull()
          ? BigDecimal.ZERO
          : times(SEARCHES, fees, "web_search");
    }

    private static BigDecimal times(long count, JsonNode prices, String kind) {
      return BigDecimal.valueOf(count).multiply(amount(prices, kind));
    }
  }
}
