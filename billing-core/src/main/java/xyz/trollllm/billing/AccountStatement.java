package xyz.trollllm.billing;

import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;

/**
 * A user's money and totals at one moment.
 *
 * @param tokens all tokens ever charged to the user, of every kind and from every balance
 * @param openRequests requests that are under way, by all instances on this store
 */
public record AccountStatement(Map<CreditField, Balance> balances, long tokens, long openRequests) {
  public AccountStatement {
    balances = Map.copyOf(balances);
  }

  /** The balance in one credit field; nothing if the user never had any there. */
  public Balance balance(CreditField field) {
    return balances.getOrDefault(field, Balance.NOTHING);
  }

  /**
   * One credit field.
   *
   * @param amount what is there, holds not subtracted
   * @param held what requests under way hold of it
   * @param spent what this gateway ever took from it
   * @param expiresAt until when it may be spent; null means without end
   */
  public record Balance(Usd amount, Usd held, Usd spent, @Nullable Instant expiresAt) {
    private static final Balance NOTHING = new Balance(Usd.ZERO, Usd.ZERO, Usd.ZERO, null);

    /** What new requests may hold. */
    public Usd available() {
      return amount.minus(held);
    }
  }
}
