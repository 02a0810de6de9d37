package xyz.trollllm.proxy.wire;

/** What reading a request body led to. */
public sealed interface RequestReading {
  /** The body is well-formed and says all that is needed. */
  record Read(RequestSummary summary) implements RequestReading {}

  /** The body cannot be forwarded; {@code message} tells the client what to change, and where. */
  record Invalid(String message) implements RequestReading {}
}
