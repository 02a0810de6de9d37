package xyz.trollllm.server.http1;

/** An upstream's answer is not HTTP/1.1. */
public final class MalformedAnswerException extends Exception {
  private final String reason;

  MalformedAnswerException(String reason) {
    super(reason);
    this.reason = reason;
  }

  /** What is wrong, in words for operators. */
  public String reason() {
    return reason;
  }
}
