package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;

/** The credit fields of the user that an endpoint shows, by name. */
record Balances(Map<String, Balance> fields) {

  /**
   * One of them, in US dollars.
   *
   * @param spent counted exactly, to the nano-dollar
   */
  record Balance(BigDecimal balance, BigDecimal spent) {
    static final Balance NONE = new Balance(BigDecimal.ZERO, BigDecimal.ZERO);
  }

  Balances {
    fields = Map.copyOf(fields);
  }

  static Balances of(JsonNode account) {
    Map<String, Balance> fields = new LinkedHashMap<>();
    account
        .path("credits")
        .forEach(credit ->
            fields.put(
                credit.path("credit_field").asString(""),
                new Balance(
                    Quote.amount(credit.path("balance")), Quote.amount(credit.path("spent")))));
    return new Balances(fields);
  }

  Balance of(String field) {
    return fields.getOrDefault(field, Balance.NONE);
  }

  /** By how much the balance of {@code field} fell until {@code later}. */
  BigDecimal fell(String field, Balances later) {
    return of(field).balance().subtract(later.of(field).balance());
  }

  /** How much more of {@code field} counts as spent in {@code later}. */
  BigDecimal spent(String field, Balances later) {
    return later.of(field).spent().subtract(of(field).spent());
  }

  /** What was spent until {@code later} of each field that is not {@code paying}, if anything. */
  Map<String, BigDecimal> movedBeside(String paying, Balances later) {
    Map<String, BigDecimal> moved = new TreeMap<>();
    for (String field : fields.keySet()) {
      boolean still = spent(field, later).signum() == 0 && fell(field, later).signum() == 0;
      if (!field.equals(paying) && !still) {
        moved.put(field, fell(field, later));
      }
    }
    return moved;
  }
}
