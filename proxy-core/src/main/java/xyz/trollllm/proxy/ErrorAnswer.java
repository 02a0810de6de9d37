package xyz.trollllm.proxy;

import java.time.Duration;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.UpstreamFailure;

/**
 * An error as the client sees it.
 *
 * <p>Status codes and types are those that Anthropic documents for its API; OpenAI's clients decide
 * by status and {@code code}. Messages never repeat a key or a prompt.
 *
 * @param code a stable short word for logs and for OpenAI's {@code error.code}
 * @param headers such as {@code retry-after}
 */
record ErrorAnswer(int status, String code, String message, Headers headers) {
  private static final String DO_NOT_RETRY = "x-should-retry";

  /** The id of the request that has the idempotency key. */
  private static final String ORIGINAL_REQUEST = "original-request";

  /** The upstream's answer is in a coding that the gateway cannot take off. */
  static final ErrorAnswer UNREADABLE =
      error(502, "upstream_misbehaved", "the upstream's answer cannot be read");

  /** A bug of ours. */
  static final ErrorAnswer CRASHED = error(500, "internal_error", "the gateway failed");

  /** The {@code error.type} that clients of {@code api} know for this status. */
  String type(Api api) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 402 -> "billing_error";
      case 403 -> "permission_error";
      case 404 -> "not_found_error";
      case 409 -> "conflict_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 504 -> "timeout_error";
      case 529 -> "overloaded_error";
      default ->
          status >= 500
              ? api == Api.ANTHROPIC_MESSAGES ? "api_error" : "server_error"
              : "invalid_request_error";
    };
  }

  static ErrorAnswer of(Rejection reason) {
    return switch (reason) {
      case Rejection.NoApiKey _ ->
          error(401, "missing_api_key", "send your API key as x-api-key or Authorization: Bearer");
      case Rejection.UnknownApiKey _ -> error(401, "invalid_api_key", "this API key is not valid");
      case Rejection.ConflictingApiKeys _ ->
          error(
              400, "conflicting_api_keys", "x-api-key and Authorization belong to different users");
      case Rejection.UserDisabled _ ->
          error(403, "account_disabled", "this account may not send requests");
      case Rejection.UnsupportedMedia(String message) ->
          error(415, "unsupported_media_type", message);
      case Rejection.BodyTooLarge(long maxBytes) ->
          error(
              413, "request_too_large", "the request body must not exceed " + maxBytes + " bytes");
      case Rejection.InvalidBody(String message) -> error(400, "invalid_request", message);
      case Rejection.InvalidIdempotencyKey(String message) ->
          error(400, "invalid_idempotency_key", message);
      case Rejection.RequestInFlight(String first) ->
          retryLater(
                  409,
                  "idempotency_key_in_flight",
                  "request " + first + " with this Idempotency-Key is under way",
                  Duration.ofSeconds(2))
              .with(ORIGINAL_REQUEST, first);
      case Rejection.RequestCarriedOut(String first) ->
          noRetry(
                  409,
                  "idempotency_key_used",
                  ("request %1$s with this Idempotency-Key was carried out, and nothing more is"
                          + " charged; answers are not kept; GET /v1/me/requests/%1$s shows its"
                          + " charge")
                      .formatted(first))
              .with(ORIGINAL_REQUEST, first);
      case Rejection.IdempotencyKeyReused(String first) ->
          noRetry(
                  422,
                  "idempotency_key_reused",
                  "this Idempotency-Key belongs to request "
                      + first
                      + ", which had another path or body")
              .with(ORIGINAL_REQUEST, first);
      case Rejection.UnknownModel(String model) -> unknownModel(model);
      case Rejection.WrongMethod(String method, String path, var allowed) ->
          new ErrorAnswer(
              405,
              "method_not_allowed",
              quoted(path)
                  + " is not served by "
                  + method
                  + " but by "
                  + String.join(", ", allowed),
              Headers.of("allow", String.join(", ", allowed)));
      case Rejection.UnknownPath(String method, String path) ->
          error(404, "unknown_path", method + " " + quoted(path) + " is not served here");
      case Rejection.RateLimited(Duration retryAfter) ->
          retryLater(429, "rate_limited", "too many requests in a minute", retryAfter);
      case Rejection.TooManyInFlight(int limit) ->
          retryLater(
              429,
              "too_many_in_flight",
              "at most " + limit + " requests may be in flight",
              Duration.ofSeconds(1));
      case Rejection.InsufficientCredit(var field, var needed, var available) ->
          noRetry(
              402,
              "insufficient_credit",
              "this request may cost up to %s USD, but %s has %s USD available"
                  .formatted(needed, field.balanceField(), available));
      case Rejection.CreditExpired(var field) ->
          noRetry(403, "credit_expired", "the credit in " + field.balanceField() + " has expired");
      case Rejection.AllowanceUsedUp(Duration retryAfter) ->
          retryLater(
              429, "upstream_allowance_used_up", "too many requests in a minute", retryAfter);
      case Rejection.UpstreamResting(Duration retryAfter) ->
          retryLater(503, "upstream_unavailable", "the upstream is not available", retryAfter);
      case Rejection.ShuttingDown _ ->
          retryLater(503, "shutting_down", "this instance is restarting", Duration.ofSeconds(2));
      case Rejection.StoreUnavailable _ ->
          retryLater(
              503,
              "accounts_unavailable",
              "accounts cannot be checked at the moment",
              Duration.ofSeconds(2));
    };
  }

  static ErrorAnswer of(UpstreamFailure failure) {
    return switch (failure) {
      case UpstreamFailure.Saturated _ ->
          retryLater(
              503, "upstream_saturated", "too many requests in flight", Duration.ofSeconds(1));
      case UpstreamFailure.NotConnected _ ->
          retryLater(
              503, "upstream_unreachable", "the upstream cannot be reached", Duration.ofSeconds(2));
      case UpstreamFailure.NoAnswer _ ->
          error(504, "upstream_timeout", "the upstream did not answer in time");
      case UpstreamFailure.Broken _ ->
          error(502, "upstream_broken", "the connection to the upstream broke");
    };
  }

  /** Sends this as a complete answer. */
  void send(ClientExchange client, Api api, String requestId) {
    whole(api, requestId).send(client, requestId);
  }

  WholeAnswer whole(Api api, String requestId) {
    return new WholeAnswer(
        status,
        headers.toBuilder().set("content-type", "application/json").build(),
        ErrorBody.json(api, this, requestId));
  }

  static ErrorAnswer unknownModel(String model) {
    return error(404, "model_not_found", "model " + quoted(model) + " is not available here");
  }

  static ErrorAnswer error(int status, String code, String message) {
    return new ErrorAnswer(status, code, message, Headers.EMPTY);
  }

  private ErrorAnswer with(String header, String value) {
    return new ErrorAnswer(status, code, message, headers.toBuilder().set(header, value).build());
  }

  private static ErrorAnswer noRetry(int status, String code, String message) {
    return new ErrorAnswer(status, code, message, Headers.of(DO_NOT_RETRY, "false"));
  }

  /**
   * From a second to a minute: clients give up beyond. Some of them read whole seconds only, others
   * prefer milliseconds.
   */
  static ErrorAnswer retryLater(int status, String code, String message, Duration delay) {
    long millis = Math.clamp(delay.plusNanos(999_999).toMillis(), 1_000, 60_000);
    long seconds = Math.ceilDiv(millis, 1_000);
    return new ErrorAnswer(
        status,
        code,
        message,
        Headers.of("retry-after", Long.toString(seconds), "retry-after-ms", Long.toString(millis)));
  }

  /** What a client sent, shortened, so that the message stays a line. */
  private static String quoted(String text) {
    return '"' + (text.length() <= 100 ? text : text.substring(0, 100) + "...") + '"';
  }
}
