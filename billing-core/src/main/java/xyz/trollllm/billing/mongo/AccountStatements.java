package xyz.trollllm.billing.mongo;

import java.time.Instant;
import java.util.Date;
import java.util.EnumMap;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** What users' documents say of their money. */
public final class AccountStatements {
  private AccountStatements() {}

  /** The parts of a user's document that {@link #of} looks at. */
  public static Document projection() {
    Document shown =
        new Document(Paths.TOKENS, 1)
            .append(Paths.OPEN_HOLDS, 1)
            .append("gw.held", 1)
            .append("gw.spent", 1)
            .append("gw.refund", 1);
    for (CreditField field : CreditField.values()) {
      shown.append(field.balanceField(), 1).append(field.expiryField(), 1);
    }
    return shown;
  }

  /** The statement of a user's document. */
  public static AccountStatement of(Document user) {
    Map<CreditField, AccountStatement.Balance> balances = new EnumMap<>(CreditField.class);
    for (CreditField field : CreditField.values()) {
      Number amount = Documents.at(user, field.balanceField(), Number.class);
      Date expiry = Documents.at(user, field.expiryField(), Date.class);
      balances.put(
          field,
          new AccountStatement.Balance(
              amount == null ? Usd.ZERO : LegacyDollars.usd(amount),
              Usd.ofNanos(Documents.count(user, Paths.held(field))),
              spent(user, field),
              instant(expiry)));
    }
    return new AccountStatement(
        balances, Documents.count(user, Paths.TOKENS), Documents.count(user, Paths.OPEN_HOLDS));
  }

  /** What the gateway took from a balance and did not give back. */
  static Usd spent(Document user, CreditField field) {
    return Usd.ofNanos(Documents.count(user, Paths.spent(field)))
        .minus(Usd.ofNanos(Documents.count(user, Paths.refunded(field))));
  }

  private static @Nullable Instant instant(@Nullable Date date) {
    return date == null ? null : date.toInstant();
  }
}
