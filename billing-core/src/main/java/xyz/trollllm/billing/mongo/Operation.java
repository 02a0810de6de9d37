package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.function.Consumer;
import org.bson.Document;
import org.jspecify.annotations.Nullable;

/**
 * A change of one user's document that somebody waits for: which update to try, and what it means
 * when it does not match. Its {@link UserLanes lane} calls it, on one thread at a time, until it
 * has answered.
 */
abstract class Operation<R> {
  /** How often an account is looked at again when it changed between an update and the look. */
  private static final int LOOKS = 5;

  /** Why nothing was tried. */
  static final String SILENT = "the store does not answer";

  private static final System.Logger LOG = System.getLogger(Operation.class.getName());

  private final String userId;
  private final Consumer<R> outcome;
  private boolean answered;
  private int looks;

  Operation(String userId, Consumer<R> outcome) {
    this.userId = userId;
    this.outcome = outcome;
  }

  final String userId() {
    return userId;
  }

  /** What to try next. The same until one of the methods below was called. */
  abstract UserUpdate update();

  /** The update happened. */
  abstract void matched();

  /** The parts of the user's document that {@link #missed} wants to see; none if it needs none. */
  abstract Document wantsToSee();

  /**
   * The update did not match; {@code user} was read after that, and is null if there is no such
   * user. May ask the store more.
   *
   * @return whether to try again
   */
  abstract boolean missed(@Nullable Document user);

  /**
   * The store did not answer, so the update may have happened or not.
   *
   * @return whether to try again after {@code pause}
   */
  abstract boolean failed(RuntimeException failure, Duration pause);

  /**
   * The store answered with an error that this update will probably meet again.
   *
   * @return whether to try again some time later
   */
  abstract boolean refused(RuntimeException failure);

  /** Nobody will try any more. */
  abstract void abandoned(String reason);

  /** Counts one more look at the account; false if that was the last. */
  final boolean mayLookAgain() {
    return ++looks < LOOKS;
  }

  /** Counts the looks at the account from the beginning. */
  final void lookAnew() {
    looks = 0;
  }

  /** Tells the outcome, unless one was told before. */
  final void answer(R result) {
    if (answered) {
      return;
    }
    answered = true;
    try {
      outcome.accept(result);
    } catch (RuntimeException e) {
      LOG.log(System.Logger.Level.ERROR, "a callback of the ledger failed", e);
    }
  }

  static String reason(RuntimeException failure) {
    return failure instanceof StoreSilentException
        ? SILENT
        : "the store failed with " + failure.getClass().getSimpleName();
  }
}
