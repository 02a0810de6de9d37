package xyz.trollllm.billing;

/** What a charge rests on. Written into every log line and record. */
public enum Basis {
  /** The upstream's own final usage. */
  UPSTREAM,

  /** The upstream's numbers as far as it sent them; what was missing is estimated and flagged. */
  PARTIAL,

  /** No usage came from the upstream at all; everything is estimated and flagged. */
  ESTIMATED,

  /** Nothing was delivered, so nothing is charged. */
  VOID
}
