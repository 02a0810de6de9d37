package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.bson.Document;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/** What is left of one request: its line in the log and its stored record. */
record Trace(JsonNode line, Document row) {

  /** Waits for both. */
  static Trace of(RunningGateway gateway, Store store, String requestId) {
    eventually(
        () -> line(gateway, requestId).isPresent() && row(store, requestId).isPresent(),
        () -> "no line or no record of " + requestId + " in " + gateway.requestLog());
    return new Trace(line(gateway, requestId).orElseThrow(), row(store, requestId).orElseThrow());
  }

  /** Waits for the line only, for requests that leave no record. */
  static JsonNode waitForLine(RunningGateway gateway, String requestId) {
    eventually(
        () -> line(gateway, requestId).isPresent(),
        () -> "no line of " + requestId + " in " + gateway.requestLog());
    return line(gateway, requestId).orElseThrow();
  }

  /** Waits for the line of a user who sent one request only, to any of these instances. */
  static JsonNode onlyLine(Store.User user, RunningGateway... gateways) {
    eventually(() -> lines(user, gateways).size() == 1, () -> "not one line of this user");
    return lines(user, gateways).getFirst();
  }

  private static List<JsonNode> lines(Store.User user, RunningGateway... gateways) {
    return Stream.of(gateways)
        .flatMap(gateway -> gateway.requestLog().stream())
        .filter(line -> line.path("user").asString("").equals(user.name()))
        .toList();
  }

  private static Optional<JsonNode> line(RunningGateway gateway, String requestId) {
    return gateway.requestLog().stream()
        .filter(line -> line.path("request_id").asString("").equals(requestId))
        .findFirst();
  }

  private static Optional<Document> row(Store store, String requestId) {
    return store.record(requestId);
  }

  /** The request that reached an upstream under this id. */
  static Served served(StandInUpstream upstream, String requestId) {
    List<Served> found =
        upstream.served().stream()
            .filter(served -> served.header("x-request-id").orElse("").equals(requestId))
            .toList();
    assertThat(found).as("requests forwarded as %s", requestId).hasSize(1);
    return found.getFirst();
  }

  BigDecimal cost() {
    return new BigDecimal(line.path("cost_usd").stringValue());
  }

  /** Line and record agree with each other and with what is known from elsewhere. */
  void assertCharged(
      BigDecimal cost, String multiplier, String creditField, String upstream, TokenCounts used) {
    long nanos = cost.movePointRight(9).longValueExact();
    assertThat(cost()).isEqualByComparingTo(cost);
    assertThat(line.path("cost_nano_usd").longValue()).isEqualTo(nanos);
    assertThat(line.path("credit_field").stringValue()).isEqualTo(creditField);
    assertThat(line.path("upstream").stringValue()).isEqualTo(upstream);
    assertThat(new BigDecimal(line.path("multiplier").stringValue()))
        .isEqualByComparingTo(multiplier);
    assertThat(line.path("basis").stringValue()).isEqualTo("upstream");
    assertThat(line.path("ledger").stringValue()).isEqualTo("taken");
    assertThat(line.path("input_tokens").longValue()).isEqualTo(used.input());
    assertThat(line.path("output_tokens").longValue()).isEqualTo(used.output());
    assertThat(line.path("cache_write_5m_tokens").longValue()).isEqualTo(used.cacheWrite5m());
    assertThat(line.path("cache_write_1h_tokens").longValue()).isEqualTo(used.cacheWrite1h());
    assertThat(line.path("cache_hit_tokens").longValue()).isEqualTo(used.cacheHit());

    assertThat(row.getLong("costN")).isEqualTo(nanos);
    assertThat(new BigDecimal(row.getString("cost"))).isEqualByComparingTo(cost);
    assertThat(row.getDouble("creditsCost")).isEqualTo(cost.doubleValue());
    assertThat(row.getString("creditField")).isEqualTo(creditField);
    assertThat(row.getString("creditType"))
        .isEqualTo(creditField.equals("creditsNew") ? "openhands" : "ohmygpt");
    assertThat(row.getString("upstream")).isEqualTo(upstream);
    assertThat(new BigDecimal(row.getString("multiplier"))).isEqualByComparingTo(multiplier);
    assertThat(row.getLong("inputTokens")).isEqualTo(used.input());
    assertThat(row.getLong("outputTokens")).isEqualTo(used.output());
    assertThat(row.getLong("cacheWriteTokens"))
        .isEqualTo(used.cacheWrite5m() + used.cacheWrite1h());
    assertThat(row.getLong("cacheHitTokens")).isEqualTo(used.cacheHit());
    assertThat(row.getLong("tokensUsed")).isEqualTo(used.total());
  }
}
