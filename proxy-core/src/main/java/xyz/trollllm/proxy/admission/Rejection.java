package xyz.trollllm.proxy.admission;

import java.time.Duration;
import java.util.List;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Why a request is not forwarded. A refused request costs nothing and holds nothing. */
public sealed interface Rejection {
  /** Neither {@code x-api-key} nor {@code Authorization} carries a key. */
  record NoApiKey() implements Rejection {}

  /** Not a key of ours, or one that was revoked or has expired: clients cannot tell which. */
  record UnknownApiKey() implements Rejection {}

  /** Two valid keys of different users: whom to charge is not for us to guess. */
  record ConflictingApiKeys() implements Rejection {}

  /** The key is valid, but its user was disabled. */
  record UserDisabled() implements Rejection {}

  /** The body is of a type or coding that is not accepted. */
  record UnsupportedMedia(String message) implements Rejection {}

  /** The body is longer than {@code maxBytes}. */
  record BodyTooLarge(long maxBytes) implements Rejection {}

  /** The body cannot be understood or lacks what is required. */
  record InvalidBody(String message) implements Rejection {}

  /** The header {@code Idempotency-Key} is no key, or several. */
  record InvalidIdempotencyKey(String message) implements Rejection {}

  /** An equal request with the same idempotency key is under way. */
  record RequestInFlight(String firstRequestId) implements Rejection {}

  /** An equal request with the same idempotency key was carried out. */
  record RequestCarriedOut(String firstRequestId) implements Rejection {}

  /** Another request has the same idempotency key. */
  record IdempotencyKeyReused(String firstRequestId) implements Rejection {}

  /** No such model here, or none that speaks the API used. */
  record UnknownModel(String model) implements Rejection {}

  /** The path is served, but by other methods. */
  record WrongMethod(String method, String path, List<String> allowed) implements Rejection {
    public WrongMethod {
      allowed = List.copyOf(allowed);
    }
  }

  /** No such path here. */
  record UnknownPath(String method, String path) implements Rejection {}

  /** The user sent too much in a short time. */
  record RateLimited(Duration retryAfter) implements Rejection {}

  /** The user has too many requests in flight. */
  record TooManyInFlight(int limit) implements Rejection {}

  /** The balance does not cover what the request could cost. */
  record InsufficientCredit(CreditField creditField, Usd needed, Usd available)
      implements Rejection {}

  /** The credit field may not be spent any more. */
  record CreditExpired(CreditField creditField) implements Rejection {}

  /** This instance has sent the upstream all it may in this minute. */
  record AllowanceUsedUp(Duration retryAfter) implements Rejection {}

  /** The upstream failed so often lately that it is left alone for a while. */
  record UpstreamResting(Duration retryAfter) implements Rejection {}

  /** The instance is about to stop; another one, or the same one soon, will answer. */
  record ShuttingDown() implements Rejection {}

  /** The store did not answer, so nobody can say who may spend what. */
  record StoreUnavailable(String reason) implements Rejection {}
}
