package xyz.trollllm.proxy.admission;

import java.util.Optional;

/** Finds the account behind a key. Safe for use by many threads. */
public interface AccountDirectory {

  /**
   * The account of a valid key; empty if there is no such key or it was revoked or has expired. May
   * block.
   *
   * @throws DirectoryUnavailableException if the store did not answer
   */
  Optional<Account> find(ApiKey key);

  /** The store did not answer: whether the key is valid is not known. Asking again may help. */
  final class DirectoryUnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** The store is known not to answer, and was not asked. */
    public DirectoryUnavailableException() {
      super("the account store does not answer");
    }

    public DirectoryUnavailableException(Throwable cause) {
      super("the account store did not answer: " + cause.getMessage(), cause);
    }
  }
}
