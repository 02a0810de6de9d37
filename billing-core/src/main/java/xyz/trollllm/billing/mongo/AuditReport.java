package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.List;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** What an audit found: every account that the gateway ever touched. */
public record AuditReport(List<Account> accounts) {
  /** How far a balance, which is a double, may be from the exact books. */
  private static final Usd TOLERANCE = Usd.of("0.000001");

  public AuditReport {
    accounts = List.copyOf(accounts);
  }

  /**
   * One credit field of one user.
   *
   * @param logged the sum of the log's rows and of the rows on their way there
   * @param spent what the exact counter says was taken
   * @param balance what the legacy field says is left
   * @param expectedBalance what it must be: the balance at first touch, and top-ups, less what was
   *     spent
   * @param held what the exact counter says is held
   * @param heldByRequests the sum of the holds that stand
   * @param openHolds how many these are
   */
  public record Account(
      String userId,
      CreditField field,
      Usd logged,
      Usd spent,
      Usd balance,
      Usd expectedBalance,
      Usd held,
      Usd heldByRequests,
      int openHolds) {

    /** What does not agree, in words; empty if all does. */
    public List<String> differences() {
      List<String> differences = new ArrayList<>();
      if (!logged.equals(spent)) {
        differences.add(name() + ": the log says " + logged + " USD were taken, not " + spent);
      }
      if (!held.equals(heldByRequests)) {
        differences.add(
            name() + ": " + held + " USD are held, but requests hold " + heldByRequests);
      }
      Usd drift = balance.minus(expectedBalance);
      if (drift.compareTo(TOLERANCE) > 0 || Usd.ZERO.minus(drift).compareTo(TOLERANCE) > 0) {
        differences.add(
            name()
                + ": the balance is "
                + balance
                + " USD where the books say "
                + expectedBalance
                + "; was it changed by somebody else?");
      }
      return differences;
    }

    private String name() {
      return userId + ' ' + field.balanceField();
    }
  }

  /** Everything that does not agree, in words. */
  public List<String> differences() {
    return accounts.stream().flatMap(account -> account.differences().stream()).toList();
  }

  /** Requests under way, or holds that nobody has released yet. */
  public int openHolds() {
    return accounts.stream().mapToInt(Account::openHolds).sum();
  }
}
