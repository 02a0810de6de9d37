package xyz.trollllm.server;

import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What speaks against sending an instance requests, beside that it is about to stop. */
public interface Readiness {
  /** Of an instance that is ready until it drains. */
  Readiness ALWAYS = Optional::empty;

  /** What is wrong now; empty if nothing is. Never blocks. */
  Optional<Trouble> trouble();

  /**
   * Something that an instance needs and does not have.
   *
   * @param reason a short word for it, such as {@code store}
   * @param since when it was missed first; null if that is not known
   * @param refusing whether new requests are refused because of it
   * @param unsettled how many requests have ended and are not charged yet
   */
  record Trouble(String reason, @Nullable Instant since, boolean refusing, int unsettled) {}
}
