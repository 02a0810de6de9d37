package xyz.trollllm.billing.mongo;

import xyz.trollllm.billing.Usd;

/** What became of an attempt to change a balance, or the books of one. */
public sealed interface CreditChange {
  /** It was changed now. */
  record Done() implements CreditChange {}

  /** This operation had been done before; nothing was changed now. */
  record DoneBefore() implements CreditChange {}

  /** There was another operation of that id; nothing was changed. */
  record OtherOperation() implements CreditChange {}

  /** There is no such user. */
  record UnknownUser() implements CreditChange {}

  /** What others changed is another amount than was to be confirmed; nothing was changed. */
  record OtherAmount(Usd unexplained) implements CreditChange {}
}
