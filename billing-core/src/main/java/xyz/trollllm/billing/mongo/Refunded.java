package xyz.trollllm.billing.mongo;

import java.time.Instant;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** What became of an attempt to give a charge back. Repeating one is always safe. */
public sealed interface Refunded {
  /** It was given back now. */
  record Done(String userId, CreditField field, Usd charge) implements Refunded {}

  /** It had been given back before, at {@code at}; nothing was changed now. */
  record DoneBefore(String userId, CreditField field, Usd charge, Instant at) implements Refunded {}

  /** The request is under way: it has no charge yet. */
  record UnderWay(String userId) implements Refunded {}

  /** Nothing was charged for the request. */
  record NothingCharged(String userId) implements Refunded {}

  /** There is no request of that id. */
  record UnknownRequest() implements Refunded {}

  /** The store did not take it in time, so it was not given back. */
  record NotInTime() implements Refunded {}

  /** The user of the request is not there any more. */
  record UnknownUser(String userId) implements Refunded {}
}
