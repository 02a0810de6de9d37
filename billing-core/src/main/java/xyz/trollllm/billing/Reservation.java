package xyz.trollllm.billing;

/**
 * What became of an attempt to set credit aside, for a new request or for one under way. Only
 * {@link Held} may be spent against.
 */
public sealed interface Reservation {
  /** The credit is set aside; {@link CreditLedger#settle} must follow. */
  record Held(Hold hold) implements Reservation {}

  /** The balance, less what other requests hold, does not cover the amount. Nothing is held. */
  record InsufficientCredit(Usd available) implements Reservation {}

  /** The credit field may not be spent any more, whatever its balance. Nothing is held. */
  record CreditExpired() implements Reservation {}

  /** The user was disabled, or there is no such user. Nothing is held. */
  record UserRefused() implements Reservation {}

  /** The user has too many requests in flight. Nothing is held. */
  record TooManyHolds(int limit) implements Reservation {}

  /** The store did not answer in time. Should a hold stand after all, it expires by itself. */
  record Unavailable(String reason) implements Reservation {}
}
