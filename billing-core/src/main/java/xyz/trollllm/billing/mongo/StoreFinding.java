package xyz.trollllm.billing.mongo;

/**
 * What one check of a store came to.
 *
 * @param check what was looked at, in a few words
 * @param detail what was found
 * @param advice what it means and what to do; empty if all is well
 */
public record StoreFinding(Status status, String check, String detail, String advice) {

  /** How it bears on the money. */
  public enum Status {
    /** As the ledger needs it. */
    OK,
    /** Otherwise than on a MongoDB replica set; the ledger works, with less certainty. */
    DIFFERS,
    /** The ledger does not work without it. */
    MISSING
  }

  static StoreFinding ok(String check, String detail) {
    return new StoreFinding(Status.OK, check, detail, "");
  }

  static StoreFinding differs(String check, String detail, String advice) {
    return new StoreFinding(Status.DIFFERS, check, detail, advice);
  }

  static StoreFinding missing(String check, String detail, String advice) {
    return new StoreFinding(Status.MISSING, check, detail, advice);
  }
}
