package xyz.trollllm.billing;

/**
 * The end of one request's money.
 *
 * @param charge whole nano-dollars, zero or more; the one number that ledger, log and answer carry
 */
public record Settlement(Hold hold, Usd charge, Outcome outcome, RequestRecord record) {
  public Settlement {
    if (charge.isNegative()) {
      throw new IllegalArgumentException("a charge must not be negative, was " + charge);
    }
  }

  /** The same settlement of the hold as it stands, which may have been raised unnoticed. */
  public Settlement of(Hold standing) {
    return new Settlement(hold.graced() ? standing.asGraced() : standing, charge, outcome, record);
  }

  /** How the request ended. */
  public enum Outcome {
    /** The client got the whole answer. */
    OK,
    /** The upstream failed or broke off. */
    ERROR,
    /** The client went away. */
    CANCELLED
  }
}
