package xyz.trollllm.proxy;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import xyz.trollllm.config.Api;

/** What a path of the client API leads to: the one table of everything that is served. */
sealed interface Endpoint {
  List<String> READ = List.of("GET", "HEAD");
  List<String> SEND = List.of("POST");

  /** Forwarded, metered and charged. */
  record Inference(Api api) implements Endpoint {}

  /** Forwarded at no charge: how many tokens a prompt of the Messages API has. */
  record TokenCount() implements Endpoint {}

  /** Answered by the gateway itself, at no charge. */
  sealed interface Own extends Endpoint {
    /** Whether one has to present a key. */
    default boolean needsKey() {
      return true;
    }

    /** Whether the answer may have to be fetched from the store, which takes its time. */
    default boolean mayBlock() {
      return false;
    }
  }

  /** The models of this instance. */
  record Models() implements Own {}

  /** One model of this instance by id or alias. */
  record Model(String id) implements Own {}

  /** Limits and prices as clients of LiteLLM read them. */
  record ModelInfo() implements Own {}

  /** What everything costs, for everybody. */
  record Prices() implements Own {
    @Override
    public boolean needsKey() {
      return false;
    }
  }

  /** What Claude Code asks before anything else, only to see an answer. */
  record Hello() implements Own {
    @Override
    public boolean needsKey() {
      return false;
    }
  }

  /** The caller's own account. */
  record Me() implements Own {
    @Override
    public boolean mayBlock() {
      return true;
    }
  }

  /** The caller's own requests. */
  record MyRequests() implements Own {
    @Override
    public boolean mayBlock() {
      return true;
    }
  }

  /** One of the caller's own requests. */
  record MyRequest(String id) implements Own {
    @Override
    public boolean mayBlock() {
      return true;
    }
  }

  /** Not served here. */
  record Unknown() implements Endpoint {}

  /** The methods it answers, all others being refused; none if it is not served at all. */
  default List<String> methods() {
    return switch (this) {
      case Inference _, TokenCount _ -> SEND;
      case Own _ -> READ;
      case Unknown _ -> List.of();
    };
  }

  /**
   * In which API's words errors are told: where the path does not say, OpenAI's to those who send a
   * bearer's key and nothing of Anthropic's.
   */
  default Api wordsFor(ProxyRequest request) {
    return switch (this) {
      case Inference(Api api) -> api;
      case TokenCount _ -> Api.ANTHROPIC_MESSAGES;
      case Own _, Unknown _ ->
          request.headers().contains("authorization")
                  && !request.headers().contains("anthropic-version")
                  && !request.headers().contains("x-api-key")
              ? Api.OPENAI_CHAT
              : Api.ANTHROPIC_MESSAGES;
    };
  }

  /**
   * What {@code path} leads to, with the slips that base URLs with and without {@code /v1}, or with
   * a slash at the end, lead to.
   */
  static Endpoint of(String path) {
    String single = path.contains("//") ? path.replaceAll("/{2,}", "/") : path;
    String rest = withoutVersion(withoutVersion(single));
    for (Api api : Api.values()) {
      if (rest.equals(withoutVersion(api.path()))) {
        return new Inference(api);
      }
    }
    return notInference(rest);
  }

  private static Endpoint notInference(String rest) {
    return switch (rest) {
      case "/messages/count_tokens" -> new TokenCount();
      case "/models" -> new Models();
      case "/model/info" -> new ModelInfo();
      case "/me" -> new Me();
      case "/me/requests" -> new MyRequests();
      case "/pricing" -> new Prices();
      case "/api/hello" -> new Hello();
      default -> {
        if (isBelow("/models/", rest)) {
          yield new Model(decoded(rest.substring("/models/".length())));
        }
        if (isBelow("/me/requests/", rest)) {
          yield new MyRequest(rest.substring("/me/requests/".length()));
        }
        yield new Unknown();
      }
    };
  }

  private static String withoutVersion(String path) {
    return path.startsWith("/v1/") ? path.substring("/v1".length()) : path;
  }

  private static boolean isBelow(String parent, String path) {
    return path.startsWith(parent) && path.length() > parent.length();
  }

  /** Servers differ in how much of a path they decode; no model id has a percent sign. */
  private static String decoded(String id) {
    try {
      return URLDecoder.decode(id.replace("+", "%2B"), StandardCharsets.UTF_8);
    } catch (IllegalArgumentException notEncoded) {
      return id;
    }
  }
}
