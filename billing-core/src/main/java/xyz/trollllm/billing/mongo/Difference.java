package xyz.trollllm.billing.mongo;

import java.math.BigDecimal;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;

/**
 * One thing that an audit found to be wrong.
 *
 * @param userId whose books it is in; empty if nobody's
 * @param subject the field, request or row it is about
 * @param expected what should be there
 * @param found what is there instead
 * @param amount found less expected, in whole nano-dollars; null if it is not about an amount
 */
public record Difference(
    Kind kind, String userId, String subject, String expected, String found, @Nullable Usd amount) {

  /** Which promise is not kept. */
  public enum Kind {
    LOG("rows of the log, and those on their way there, do not add up to what was taken"),
    REFUNDS("refunds in the log do not add up to what was given back"),
    DOLLARS("rows of the log say another amount in dollars than in nano-dollars"),
    BALANCE("the balance is not what the books say: somebody else changed it, or it is wrong"),
    USED("the sum of what was used is not what the books say"),
    CHANGES("the notes of changes do not add up to what was changed"),
    HELD("what is held is not the sum of the holds"),
    HOLD_COUNT("the count of open holds is wrong"),
    NEXT_EXPIRY("nobody would look for expired holds in time"),
    ORPHAN_HOLD("a hold expired and was not released"),
    NOT_DRAINED("what was settled was not brought to the log"),
    NOT_MARKED("what was settled is not marked for being brought to the log"),
    OTHER_AMOUNT("a row stands in the log with another amount than in the outbox"),
    CHARGED_TWICE("a request was charged both in time and late"),
    OTHER_REFUND("a refund is not the amount of its request's charge"),
    NEGATIVE("an amount has the wrong sign"),
    MALFORMED("what is stored is not of the form that the gateway writes"),
    NO_BOOKS("the log has rows of a user that has no books"),
    OPEN_IN_JOURNAL("a request is open in a journal, and the store does not know it as settled"),
    OTHER_AMOUNT_IN_JOURNAL("a request was charged another amount than its journal says"),
    DAMAGED_JOURNAL("what a journal says of open requests cannot be read whole");

    private final String meaning;

    Kind(String meaning) {
      this.meaning = meaning;
    }

    /** The name in kebab case, for programs. */
    public String label() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  static Difference ofAmounts(Kind kind, String userId, String subject, Usd expected, Usd found) {
    return new Difference(
        kind, userId, subject, expected + " USD", found + " USD", found.minus(expected));
  }

  /** All of it as one line. */
  public String text() {
    String who = userId.isEmpty() ? subject : userId + ' ' + subject;
    String by = amount == null ? "" : ", difference " + signed(amount) + " USD";
    return who + ": " + kind.meaning + "; expected " + expected + ", found " + found + by;
  }

  private static String signed(Usd amount) {
    return (amount.compareTo(new Usd(BigDecimal.ZERO)) > 0 ? "+" : "") + amount;
  }
}
