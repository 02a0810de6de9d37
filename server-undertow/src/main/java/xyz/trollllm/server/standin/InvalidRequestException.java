package xyz.trollllm.server.standin;

/** A request that the API refuses with status 400; the message is for the client. */
final class InvalidRequestException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final String reason;

  InvalidRequestException(String reason) {
    super(reason);
    this.reason = reason;
  }

  String reason() {
    return reason;
  }
}
