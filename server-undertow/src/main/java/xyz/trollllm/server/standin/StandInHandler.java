package xyz.trollllm.server.standin;

import io.undertow.server.HttpHandler;
import io.undertow.server.HttpServerExchange;
import io.undertow.util.HeaderMap;
import io.undertow.util.HeaderValues;
import io.undertow.util.Headers;
import io.undertow.util.HttpString;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;

/** Takes requests, works out what to reply and has it sent. */
final class StandInHandler implements HttpHandler {
  /** What real upstreams and their proxies send along, and no client should ever see. */
  private static final Map<String, String> OPERATORS_SECRETS =
      Map.of(
          "anthropic-organization-id", "org-stand-in",
          "x-litellm-key-spend", "812.4",
          "x-litellm-model-api-base", "https://stand-in.invalid",
          "set-cookie", "session=stand-in; HttpOnly");

  private static final String COUNT_TOKENS = "/v1/messages/count_tokens";

  private final Map<Api, Dialect> dialects = new EnumMap<>(Api.class);
  private final Set<String> keys;
  private final Set<String> models;
  private final ServedLog log;
  private final AtomicReference<Script> script;

  StandInHandler(
      Set<String> keys, Set<String> models, ServedLog log, AtomicReference<Script> script) {
    this.keys = keys;
    this.models = models;
    this.log = log;
    this.script = script;
    for (Api api : Api.values()) {
      dialects.put(api, Dialect.of(api));
    }
  }

  @Override
  public void handleRequest(HttpServerExchange exchange) {
    exchange.getRequestReceiver().receiveFullBytes(this::serve);
  }

  private void serve(HttpServerExchange exchange, byte[] body) {
    Serving serving =
        log.begin(exchange.getRequestPath(), headers(exchange.getRequestHeaders()), body);
    Served request = serving.snapshot();
    Dialect dialect =
        Objects.requireNonNull(dialects.get(api(request).orElse(Api.ANTHROPIC_MESSAGES)));
    try {
      Behaviour behaviour =
          ControlHeader.read(request).orElseGet(() -> script.get().behaviourFor(request));
      perform(behaviour, exchange, serving, dialect);
    } catch (InvalidRequestException e) {
      send(exchange, serving, error(dialect, 400, e.reason(), request));
    } catch (JacksonException e) {
      send(exchange, serving, error(dialect, 400, "The body is not valid JSON.", request));
    }
  }

  private static Optional<Api> api(Served request) {
    return Arrays.stream(Api.values())
        .filter(api -> request.path().endsWith(api.path()))
        .findFirst();
  }

  private static Map<String, List<String>> headers(HeaderMap fields) {
    Map<String, List<String>> headers = new HashMap<>();
    for (HeaderValues values : fields) {
      headers.put(values.getHeaderName().toString(), List.copyOf(values));
    }
    return headers;
  }

  private void perform(
      Behaviour behaviour, HttpServerExchange exchange, Serving serving, Dialect dialect) {
    Served request = serving.snapshot();
    switch (behaviour) {
      case Behaviour.Answers(Delivery delivery) ->
          send(exchange, serving, answer(serving, dialect, delivery));
      case Behaviour.Fails(int status, Map<String, String> headers) -> {
        headers.forEach((name, value) -> put(exchange, name, value));
        send(exchange, serving, error(dialect, status, "stand-in: as the script wants", request));
      }
      case Behaviour.Sends sends -> send(exchange, serving, recorded(sends));
      case Behaviour.SendsRaw(byte[] bytes) -> RawPlayback.start(exchange, serving, bytes);
      case Behaviour.Hangs() ->
          Playback.start(exchange, serving, List.of(new Step.Await(new Gate())));
      case Behaviour.HangsUp() -> Playback.start(exchange, serving, List.of(new Step.Cut()));
    }
  }

  private Reply answer(Serving serving, Dialect dialect, Delivery delivery) {
    Served request = serving.snapshot();
    if (!isKeyKnown(request)) {
      return error(dialect, 401, dialect.unknownKey(), request);
    }
    if (request.path().endsWith(COUNT_TOKENS)) {
      long tokens = AnthropicDialect.promptTokens(Json.parse(request.body())).totalInput();
      return Reply.json(200, Json.bytes(Json.object().put("input_tokens", tokens)), delivery);
    }
    if (api(request).isEmpty()) {
      return error(dialect, 404, "Not Found", request);
    }
    JsonNode json = Json.parse(request.body());
    Asked asked = dialect.read(json);
    if (!models.isEmpty() && !models.contains(asked.model())) {
      return error(dialect, 404, dialect.unknownModel(asked.model()), request);
    }
    Answer answer = Answer.to(asked);
    serving.reports(answer.usage(asked));
    return asked.stream()
        ? Reply.stream(dialect.events(asked, answer), delivery)
        : Reply.json(200, dialect.json(asked, answer), delivery);
  }

  private boolean isKeyKnown(Served request) {
    String bearer = request.header("authorization").orElse("");
    return keys.contains(request.header("x-api-key").orElse(""))
        || (bearer.startsWith("Bearer ") && keys.contains(bearer.substring("Bearer ".length())));
  }

  private static Reply error(Dialect dialect, int status, String message, Served request) {
    byte[] body = dialect.error(status, message, request.requestId());
    return Reply.json(status, body, Delivery.IMMEDIATE);
  }

  private static Reply recorded(Behaviour.Sends sends) {
    Reply whole =
        new Reply(sends.status(), sends.headers(), List.of(sends.body()), sends.delivery());
    return whole.isStream()
        ? new Reply(sends.status(), sends.headers(), Step.eventsOf(sends.body()), sends.delivery())
        : whole;
  }

  private static void send(HttpServerExchange exchange, Serving serving, Reply reply) {
    exchange.setStatusCode(reply.status());
    put(exchange, "request-id", serving.requestId());
    OPERATORS_SECRETS.forEach((name, value) -> put(exchange, name, value));
    reply.headers().forEach((name, value) -> put(exchange, name, value));
    if (!reply.isStream()) {
      exchange.getResponseHeaders().put(Headers.CONTENT_LENGTH, reply.length());
    }
    serving.answers(reply.status());
    Playback.start(exchange, serving, Step.of(reply.events(), reply.delivery()));
  }

  private static void put(HttpServerExchange exchange, String name, String value) {
    exchange.getResponseHeaders().put(HttpString.tryFromString(name), value);
  }
}
