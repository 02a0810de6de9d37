package xyz.trollllm.proxy.admission;

/** Who sends a request to an endpoint that costs nothing. */
public sealed interface Identification {
  /** A user who may send it. */
  record Known(Identity identity) implements Identification {}

  /** The request must not be answered, for the reason given. */
  record Refused(Admission.Refused refused) implements Identification {}
}
