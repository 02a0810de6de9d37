package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the ledger says of a request, held against everything else that says something of it. */
final class Comparison {
  /** Balances are doubles; what was spent is counted exactly beside them. */
  private static final BigDecimal PRECISION_OF_BALANCES = new BigDecimal("0.000001");

  private Comparison() {}

  /** How the charge differs from the quote, and from what the answer said of it. */
  static List<String> ofCharge(Quote quote, Booked booked, Optional<String> header) {
    List<String> problems = new ArrayList<>();
    String charge = booked.charge().toPlainString();
    BigDecimal due = quote.charge(booked.items(), booked.uses());
    if (due.compareTo(booked.charge()) != 0) {
      problems.add(
          "%s USD was charged and %s is quoted for its tokens"
              .formatted(charge, due.toPlainString()));
    }
    header
        .filter(said -> !isSame(said, booked.charge()))
        .ifPresent(said ->
            problems.add(
                "the answer says a charge of %s USD and the ledger %s".formatted(said, charge)));
    if (!booked.creditField().equals(quote.creditField())) {
      problems.add("%s paid and %s is quoted".formatted(booked.creditField(), quote.creditField()));
    }
    if (!booked.basis().equals("upstream")) {
      problems.add("the charge rests on numbers that are not the upstream's: " + booked.basis());
    }
    return problems;
  }

  private static boolean isSame(String said, BigDecimal charge) {
    try {
      return new BigDecimal(said).compareTo(charge) == 0;
    } catch (NumberFormatException _) {
      return false;
    }
  }

  /** How what the balances lost differs from the charge. */
  static List<String> ofBalances(Booked booked, Balances before, Balances after) {
    List<String> problems = new ArrayList<>();
    String field = booked.creditField();
    BigDecimal spent = before.spent(field, after);
    BigDecimal fell = before.fell(field, after);
    if (spent.compareTo(booked.charge()) != 0
        || fell.subtract(booked.charge()).abs().compareTo(PRECISION_OF_BALANCES) > 0) {
      problems.add(
          "%s fell by %s USD, of which %s count as spent, and not by the charge of %s (is the user busy elsewhere?)"
              .formatted(
                  field,
                  fell.toPlainString(),
                  spent.toPlainString(),
                  booked.charge().toPlainString()));
    }
    before
        .movedBeside(field, after)
        .forEach((moved, amount) ->
            problems.add("%s fell by %s USD, too".formatted(moved, amount.toPlainString())));
    return problems;
  }
}
