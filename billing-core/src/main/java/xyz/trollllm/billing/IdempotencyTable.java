package xyz.trollllm.billing;

import java.time.Instant;
import java.util.Optional;

/**
 * Where claims to keys stand: one row a key. Each method is one atomic statement.
 *
 * <p>Safe for use by many threads. All methods may block and throw {@link UnavailableException};
 * after that, whether a change happened, or still will, is unknown.
 */
public interface IdempotencyTable {
  /**
   * One claim.
   *
   * @param notAfter until when credit may be held for the request, in whole milliseconds
   */
  record Row(
      String keyHash, String requestId, String fingerprint, Instant createdAt, Instant notAfter) {}

  /** A row, as of {@code now} by the clock of the store that holds the credit, too. */
  record Standing(Row row, Instant now) {}

  /** Adds a row; false if its key has one. */
  boolean insert(Row row);

  Optional<Standing> find(String keyHash);

  /** Puts a row in the place of another of its key; false if that one does not stand there. */
  boolean replace(String requestId, Row by);

  /** Removes the row of a key, if it is that of this request. */
  void delete(String keyHash, String requestId);

  /** Removes all rows that are older than {@link IdempotencyKeys#RETENTION}. */
  void removeExpired(Instant now);

  /** The store did not answer. */
  final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(Throwable cause) {
      super("the store failed with " + cause.getClass().getSimpleName(), cause);
    }
  }
}
