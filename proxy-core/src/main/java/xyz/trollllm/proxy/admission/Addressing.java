package xyz.trollllm.proxy.admission;

import xyz.trollllm.proxy.wire.RequestSummary;

/** Where a request that costs nothing is to be forwarded. */
public sealed interface Addressing {
  /** The model that its body names answers at this route. */
  record Routed(RequestSummary summary, Route route) implements Addressing {}

  /** It cannot be forwarded. */
  record Refused(Admission.Refused refused) implements Addressing {}
}
