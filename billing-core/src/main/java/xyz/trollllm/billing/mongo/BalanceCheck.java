package xyz.trollllm.billing.mongo;

import java.util.List;
import org.bson.Document;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Whether balances are what was there at first, and what was added since, less what was spent. */
final class BalanceCheck {
  private BalanceCheck() {}

  static void check(Document user, Findings findings) {
    for (BookedField field : BookedField.all()) {
      if (isAnchored(user, field)) {
        Usd expected = expected(user, field, findings);
        Usd found = findings.dollars(user, field.name());
        findings.requireNear(
            field.isUse() ? Difference.Kind.USED : Difference.Kind.BALANCE,
            field.name(),
            expected,
            found);
      } else if (!field.isUse() && isTouched(user, field.field())) {
        findings.add(
            Difference.Kind.MALFORMED, Paths.opening(field.field()), "the balance at first", null);
      }
    }
    ChangeNotes.of(user, findings).check(user, findings);
  }

  /** How much the field has more than the exact books say; negative if it has less. */
  static Usd unexplained(Document user, BookedField field) {
    Findings unused = new Findings(user.getString("_id"));
    return unused.dollars(user, field.name()).minus(expected(user, field, unused));
  }

  /** Whether there are books of this field. */
  static boolean isAnchored(Document user, BookedField field) {
    return Documents.at(user, anchor(field), Object.class) != null;
  }

  private static String anchor(BookedField field) {
    return field.isUse() ? Paths.openingUse(field.field()) : Paths.opening(field.field());
  }

  private static boolean isTouched(Document user, CreditField field) {
    return List.of(Paths.spent(field), Paths.topUps(field), Paths.held(field)).stream()
        .anyMatch(path -> Documents.at(user, path, Object.class) != null);
  }

  private static Usd expected(Document user, BookedField booked, Findings findings) {
    CreditField field = booked.field();
    Usd spent =
        nanos(user, Paths.spent(field), findings)
            .minus(nanos(user, Paths.refunded(field), findings));
    Usd others =
        findings.dollars(user, anchor(booked)).plus(nanos(user, Paths.foreign(booked), findings));
    return booked.isUse()
        ? others.plus(spent)
        : others.plus(nanos(user, Paths.topUps(field), findings)).minus(spent);
  }

  private static Usd nanos(Document user, String path, Findings findings) {
    return Usd.ofNanos(findings.whole(user, path));
  }
}
