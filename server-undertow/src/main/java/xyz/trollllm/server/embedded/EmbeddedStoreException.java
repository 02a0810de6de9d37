package xyz.trollllm.server.embedded;

import org.jspecify.annotations.Nullable;

/** The embedded store cannot be opened; the message tells the operator why. */
public final class EmbeddedStoreException extends RuntimeException {
  EmbeddedStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
