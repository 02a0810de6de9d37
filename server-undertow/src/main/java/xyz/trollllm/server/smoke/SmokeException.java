package xyz.trollllm.server.smoke;

/** A gateway that cannot be asked at all; the message is a sentence for the operator. */
public final class SmokeException extends Exception {
  private static final long serialVersionUID = 1;

  private final Reason reason;
  private final String sentence;

  SmokeException(Reason reason, String sentence) {
    super(sentence);
    this.reason = reason;
    this.sentence = sentence;
  }

  /** Who has to act. */
  public enum Reason {
    /** Nobody answers there, or not as a gateway does. */
    UNREACHABLE,
    /** The key is not accepted. */
    KEY_REFUSED
  }

  public Reason reason() {
    return reason;
  }

  /** What is wrong. */
  public String sentence() {
    return sentence;
  }
}
