package xyz.trollllm.billing;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What users may see of their own accounts and requests. Every question names the user it is asked
 * for, and answers hold nothing of anybody else's.
 *
 * <p>Safe for use by many threads. All methods may block, and throw {@link
 * HistoryUnavailableException} if the store does not answer.
 */
public interface RequestHistory {
  /** Of a ledger that keeps no history. */
  RequestHistory NONE =
      new RequestHistory() {
        @Override
        public Optional<AccountStatement> account(String userId) {
          return Optional.empty();
        }

        @Override
        public Optional<RequestTrace> request(String userId, String requestId) {
          return Optional.empty();
        }

        @Override
        public List<RequestTrace> requests(String userId, @Nullable String before, int limit) {
          return List.of();
        }
      };

  /** The user's balances and totals; empty if there is no such user. */
  Optional<AccountStatement> account(String userId);

  /**
   * One request of the user; empty if there is none of that id, if it is somebody else's, or if it
   * was refused and so never cost anything.
   */
  Optional<RequestTrace> request(String userId, String requestId);

  /**
   * The user's requests by descending id. Ids of the gateway sort by the time a request came in, so
   * this is the newest first.
   *
   * @param before only requests whose id is less than this one; null for the newest
   * @param limit the most to return, above zero
   */
  List<RequestTrace> requests(String userId, @Nullable String before, int limit);

  /** The store did not answer. Asking again may help. */
  final class HistoryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HistoryUnavailableException(Throwable cause) {
      super("the request history did not answer: " + cause.getClass().getSimpleName(), cause);
    }
  }
}
