package xyz.trollllm.proxy;

/** What was unusual about a call beside its usage, as it stands in logs and records. */
final class CallFlags {
  /** The client went away before it had the whole answer. */
  static final String CLIENT_GONE = "client-gone";

  /** After the client went away the answer was read to its end. */
  static final String DRAINED = "drained";

  /** After the client went away the answer was read on until its time was over. */
  static final String DRAIN_TIME_LIMIT = "drain-time-limit";

  /** After the client went away the answer was read on until it cost too much. */
  static final String DRAIN_COST_LIMIT = "drain-cost-limit";

  /** The model that the upstream says answered is not the one that was asked for. */
  static final String OTHER_MODEL_SERVED = "other-model-served";

  /** The upstream says that it fell back to another deployment, perhaps of another model. */
  static final String UPSTREAM_FALLBACK = "upstream-fallback";

  /** The balance covered a shorter answer than was asked for, and that was asked for. */
  static final String MAX_TOKENS_LOWERED = "max-tokens-lowered";

  /** More was used than had been held at first, and more was held. */
  static final String HOLD_RAISED = "hold-raised";

  /** The upstream reported more than the model's limits allow, and the charge was cut to these. */
  static final String CAPPED_AT_CEILING = "capped-at-ceiling";

  /** An estimate exceeded what was held and was cut to it. */
  static final String CAPPED_AT_HOLD = "capped-at-hold";

  /** The upstream's own numbers cost more than was held. */
  static final String ABOVE_HOLD = "above-hold";

  /** It was admitted while the store did not answer, on the account's grace. */
  static final String STORE_OUTAGE_GRACE = "store-outage-grace";

  private CallFlags() {}
}
