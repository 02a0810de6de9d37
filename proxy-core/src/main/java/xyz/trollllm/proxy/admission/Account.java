package xyz.trollllm.proxy.admission;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * The owner of a key, as far as admission needs to know.
 *
 * @param userId whose credit pays
 * @param active whether the user may send anything at all
 * @param lastSeen the balances at the time; they decide nothing while the ledger's store answers,
 *     which alone knows whether they suffice. Null if they are not known
 */
public record Account(String userId, boolean active, @Nullable AccountStatement lastSeen) {

  /** An account whose balances only the ledger knows. */
  public Account(String userId, boolean active) {
    this(userId, active, null);
  }

  /** What a credit field had available at last sight; null if unknown or not to be spent now. */
  @Nullable Usd lastSeen(CreditField field, Instant now) {
    if (lastSeen == null) {
      return null;
    }
    AccountStatement.Balance balance = lastSeen.balance(field);
    boolean expired = balance.expiresAt() != null && !now.isBefore(balance.expiresAt());
    return expired ? null : balance.available();
  }
}
