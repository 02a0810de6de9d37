package xyz.trollllm.it;

import java.net.http.HttpRequest;
import java.util.function.Function;
import xyz.trollllm.config.Api;

/** What clients get wrong, each with the error they must be told. */
enum BadRequest {
  UNKNOWN_KEY(401, "authentication_error", "invalid_api_key", ask -> ask.by("sk-nobody").good()),
  DISABLED_KEY(
      401, "authentication_error", "invalid_api_key", ask -> ask.by(ask.keys.disabled()).good()),
  EXPIRED_KEY(
      401, "authentication_error", "invalid_api_key", ask -> ask.by(ask.keys.expired()).good()),
  DISABLED_USER(
      403, "permission_error", "account_disabled", ask -> ask.by(ask.keys.ofDisabledUser()).good()),
  NO_KEY(
      401, "authentication_error", "missing_api_key", ask -> ask.good().setHeader("x-api-key", "")),
  TWO_VALID_KEYS(
      400,
      "invalid_request_error",
      "conflicting_api_keys",
      ask -> ask.good().header("authorization", "Bearer " + ask.keys.ofSomebodyElse())),
  UNKNOWN_MODEL(404, "not_found_error", "model_not_found", ask -> ask.body(Ask.answer("gpt-0"))),
  MALFORMED_JSON(400, "invalid_request_error", "invalid_request", ask -> ask.body("{\"model\": ")),
  NOT_JSON(400, "invalid_request_error", "invalid_request", ask -> ask.body("model=gpt")),
  EMPTY(400, "invalid_request_error", "invalid_request", ask -> ask.body("")),
  TEXT_BEHIND_JSON(
      400, "invalid_request_error", "invalid_request", ask -> ask.body(ask.text() + "{}")),
  TOO_LARGE(413, "request_too_large", "request_too_large", ask -> ask.body(" ".repeat(33 << 20))),
  DEEPLY_NESTED(
      400,
      "invalid_request_error",
      "invalid_request",
      ask -> ask.changed("\"messages\":", "\"deep\":" + "[".repeat(100_000) + ",\"messages\":")),
  DUPLICATE_KEY(
      400,
      "invalid_request_error",
      "invalid_request",
      ask -> ask.changed("{\"model\"", "{\"model\":\"claude-opus-4-5\",\"model\"")),
  WRONG_CONTENT_TYPE(
      415,
      "invalid_request_error",
      "unsupported_media_type",
      ask -> ask.good().setHeader("content-type", "text/plain")),
  COMPRESSED(
      415,
      "invalid_request_error",
      "unsupported_media_type",
      ask -> ask.good().setHeader("content-encoding", "gzip")),
  STREAM_IS_NO_BOOLEAN(
      400,
      "invalid_request_error",
      "invalid_request",
      ask -> ask.changed("{\"model\"", "{\"stream\":\"true\",\"model\"")),
  NO_MODEL(
      400, "invalid_request_error", "invalid_request", ask -> ask.changed("\"model\"", "\"x\"")),
  NEGATIVE_MAX_TOKENS(
      400,
      "invalid_request_error",
      "invalid_request",
      ask -> ask.changed("\"max_tokens\":400", "\"max_tokens\":-1")),
  OPTION_WITHOUT_PRICE(
      400,
      "invalid_request_error",
      "invalid_request",
      ask -> ask.changed("{\"model\"", "{\"service_tier\":\"priority\",\"model\"")),
  NO_CREDIT(
      402, "billing_error", "insufficient_credit", ask -> ask.by(ask.keys.ofThePoor()).good()),
  NO_CREDIT_ANY_MORE(
      403, "permission_error", "credit_expired", ask -> ask.by(ask.keys.ofTheLate()).good()),
  GET(405, "invalid_request_error", "method_not_allowed", ask -> ask.good().GET());

  final int status;
  final String type;
  final String code;

  @SuppressWarnings("ImmutableEnumChecker") // the functions above keep nothing
  private final Function<Question, HttpRequest.Builder> request;

  BadRequest(
      int status, String type, String code, Function<Question, HttpRequest.Builder> request) {
    this.status = status;
    this.type = type;
    this.code = code;
    this.request = request;
  }

  HttpRequest.Builder to(RunningGateway gateway, Api api, Keys keys) {
    return request.apply(new Question(gateway, api, keys, keys.good()));
  }

  /** Keys that work and keys that do not, for one reason each. */
  record Keys(
      String good,
      String ofSomebodyElse,
      String disabled,
      String expired,
      String ofDisabledUser,
      String ofThePoor,
      String ofTheLate) {}

  /** A good request that is about to be spoilt. */
  private record Question(RunningGateway gateway, Api api, Keys keys, String key) {
    Question by(String otherKey) {
      return new Question(gateway, api, keys, otherKey);
    }

    String text() {
      return Ask.answer(Ask.HAIKU);
    }

    HttpRequest.Builder good() {
      return body(text());
    }

    HttpRequest.Builder body(String body) {
      return Http.request(gateway, api, key, body);
    }

    HttpRequest.Builder changed(String from, String to) {
      return body(text().replace(from, to));
    }
  }
}
