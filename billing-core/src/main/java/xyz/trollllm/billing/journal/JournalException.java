package xyz.trollllm.billing.journal;

import org.jspecify.annotations.Nullable;

/** A journal cannot be opened; the message names the directory and tells the operator why. */
public final class JournalException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  JournalException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
