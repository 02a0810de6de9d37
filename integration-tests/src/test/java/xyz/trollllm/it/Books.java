package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.util.List;
import org.bson.Document;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.config.CreditField;

/** Whether every user's money is where the logs say it went. */
final class Books {
  private static final double LEGACY_PRECISION = 1e-6;

  private Books() {}

  /**
   * For every user and credit field: what was logged, what the counter of nano-dollars says and
   * what the balance lost are one amount, and nothing is held. The product's own audit agrees.
   */
  static void audit(Store store, List<RunningGateway> gateways) {
    eventuallyPasses(() -> store.users().forEach(user -> audit(store, user, gateways)));
    assertThat(new LedgerAudit(store.database()).run().differences())
        .as("what 'gateway audit' finds")
        .isEmpty();
  }

  /** Every charge that was logged has its record, with the same amount. */
  static void auditRecords(Store store, List<RunningGateway> gateways) {
    for (Store.User user : store.users()) {
      for (CreditField field : CreditField.values()) {
        eventuallyPasses(() -> auditRecords(store, user, field, gateways));
      }
    }
  }

  private static void audit(Store store, Store.User user, List<RunningGateway> gateways) {
    Document document = store.document(user);
    assertThat(document.getEmbedded(List.of("gw", "h"), new Document())).as("holds").isEmpty();
    for (CreditField field : CreditField.values()) {
      List<JsonNode> charges = charges(user, field, gateways);
      long logged =
          charges.stream().mapToLong(line -> line.path("cost_nano_usd").longValue()).sum();
      long spent = document.getEmbedded(List.of("gw", "spent", field.balanceField()), 0L);
      long held = document.getEmbedded(List.of("gw", "held", field.balanceField()), 0L);
      double before = field == CreditField.CREDITS ? user.credits() : user.creditsNew();
      double moved = before - Store.balance(document, field);
      assertThat(spent).as("counted as spent from %s", field).isEqualTo(logged);
      assertThat(held).as("held from %s", field).isZero();
      assertThat(moved).as("balance moved").isCloseTo(dollars(logged), within(LEGACY_PRECISION));
    }
  }

  private static void auditRecords(
      Store store, Store.User user, CreditField field, List<RunningGateway> gateways) {
    assertThat(recorded(store, user, field))
        .as("records of %s", field)
        .extracting(row -> row.getDouble("creditsCost"))
        .containsExactlyInAnyOrderElementsOf(
            charges(user, field, gateways).stream()
                .map(line -> dollars(line.path("cost_nano_usd").longValue()))
                .toList());
  }

  private static double dollars(long nanos) {
    return Usd.ofNanos(nanos).amount().doubleValue();
  }

  private static List<Document> recorded(Store store, Store.User user, CreditField field) {
    return store.records(user).stream()
        .filter(row -> field.billingUpstream().equals(row.getString("creditType")))
        .toList();
  }

  private static List<JsonNode> charges(
      Store.User user, CreditField field, List<RunningGateway> gateways) {
    return gateways.stream()
        .flatMap(gateway -> gateway.requestLog().stream())
        .filter(line -> line.path("user").asString("").equals(user.name()))
        .filter(line -> line.path("credit_field").asString("").equals(field.balanceField()))
        .toList();
  }
}
