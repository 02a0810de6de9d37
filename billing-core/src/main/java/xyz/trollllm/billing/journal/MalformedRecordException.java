package xyz.trollllm.billing.journal;

/** Bytes that are whole but mean nothing to this version. */
final class MalformedRecordException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  MalformedRecordException(String message) {
    super(message);
  }
}
