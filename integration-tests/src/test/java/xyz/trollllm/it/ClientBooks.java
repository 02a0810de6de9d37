package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.math.BigDecimal;
import java.util.List;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.TokenCounts;

/**
 * What an instance has to write down for answers of one model.
 *
 * @param field the only field that may pay
 */
record ClientBooks(
    RunningGateway gateway, Store store, String model, String multiplier, String field) {

  /**
   * Each answer has a line, a record and a charge that follows from what the client reported, and
   * the user's counter of that field has their sum.
   */
  void assertCharged(Store.User user, ReportedUsage.Style style, ClientReport report) {
    assertThat(report.error().isMissingNode()).as(report.toString()).isTrue();
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode answer : report.answers()) {
      TokenCounts used = ReportedUsage.of(style, answer.path("usage"));
      BigDecimal cost = Price.charge(model, used, multiplier);
      String requestId = answer.path("request_id").stringValue();
      Trace.of(gateway, store, requestId).assertCharged(cost, multiplier, field, "openhands", used);
      JsonNode charge = answer.path("charge");
      if (charge.isString()) {
        assertThat(new BigDecimal(charge.stringValue())).isEqualByComparingTo(cost);
      }
      sum = sum.add(cost);
    }
    long nanos = sum.movePointRight(9).longValueExact();
    eventually(
        () -> spent(user, field) == nanos, () -> "spent " + spent(user, field) + ", not " + nanos);
    assertThat(spent(user, field.equals("credits") ? "creditsNew" : "credits")).isZero();
    assertThat(store.records(user)).hasSameSizeAs(report.answers());
  }

  private long spent(Store.User user, String balanceField) {
    return store.document(user).getEmbedded(List.of("gw", "spent", balanceField), 0L);
  }
}
