package xyz.trollllm.billing;

/** What became of a settlement. Repeating one is always safe. */
public sealed interface Settled {
  /** The charge was taken now. */
  record Taken() implements Settled {}

  /** This request had been settled before; nothing was taken now. */
  record AlreadyTaken() implements Settled {}

  /** The hold had expired and been released; the charge was taken now all the same. */
  record TakenLate() implements Settled {}

  /** There is neither a hold nor a settlement of this request. Nothing was taken: an alarm. */
  record UnknownHold() implements Settled {}

  /** The store does not answer; the ledger keeps trying until it does. */
  record Deferred(String reason) implements Settled {}
}
