package xyz.trollllm.proxy.admission;

import xyz.trollllm.proxy.wire.RequestSummary;

/** A request that is fit to be forwarded, once credit is held for it. */
record Candidate(
    String requestId, Identity identity, RequestSummary summary, int bodyBytes, Route route) {

  Admission.Refused refused(Rejection reason) {
    return new Admission.Refused(reason, identity, summary.model());
  }
}
