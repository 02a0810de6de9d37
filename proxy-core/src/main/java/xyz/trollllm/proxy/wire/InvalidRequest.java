package xyz.trollllm.proxy.wire;

/** Ends the reading of a body. Never leaves the package, so it carries no stack trace. */
final class InvalidRequest extends Exception {
  private final String message;

  InvalidRequest(String message) {
    super(message, null, false, false);
    this.message = message;
  }

  /** What was expected, what was found, and where. */
  String message() {
    return message;
  }
}
