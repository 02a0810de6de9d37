package xyz.trollllm.proxy;

import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import xyz.trollllm.config.UpstreamConfig;

/**
 * Which header fields cross the gateway. Both directions are allow-lists: what a client sends must
 * not steer the operator's account, and what an upstream answers holds the operator's secrets.
 */
final class HeaderRules {
  /** What an answer costs, in US dollars as a plain decimal, if it is known before the head. */
  static final String CHARGE = "x-charge-usd";

  private static final Set<String> TO_UPSTREAM =
      Set.of("accept", "user-agent", "openai-beta", "traceparent", "tracestate");
  private static final String ANTHROPIC = "anthropic-";

  private static final List<String> TO_CLIENT =
      List.of("content-type", "cache-control", "retry-after", "retry-after-ms", "x-should-retry");

  private static final String MAX_TOKENS_LOWERED = "x-max-tokens-lowered";

  private HeaderRules() {}

  static Headers toUpstream(
      Headers client, UpstreamConfig upstream, String apiKey, String requestId) {
    Headers.Builder forwarded = new Headers.Builder();
    client.forEach((name, value) -> {
      if (TO_UPSTREAM.contains(name) || name.startsWith(ANTHROPIC)) {
        forwarded.add(name, value);
      }
    });
    if (upstream.userAgent() != null) {
      forwarded.set("user-agent", upstream.userAgent());
    }
    if (upstream.auth() != UpstreamConfig.AuthStyle.X_API_KEY) {
      forwarded.set("authorization", "Bearer " + apiKey);
    }
    if (upstream.auth() != UpstreamConfig.AuthStyle.BEARER) {
      forwarded.set("x-api-key", apiKey);
    }
    forwarded.set("content-type", "application/json");
    // An answer that is not compressed can be metered while its bytes pass unchanged.
    forwarded.set("accept-encoding", "identity");
    forwarded.set("x-request-id", requestId);
    forwarded.set("x-litellm-call-id", requestId);
    return forwarded.build();
  }

  /**
   * @param coded whether the body keeps the coding that the upstream gave it
   */
  static Headers toClient(Headers upstream, String requestId, boolean coded) {
    Headers.Builder relayed = new Headers.Builder();
    for (String name : TO_CLIENT) {
      upstream.all(name).forEach(value -> relayed.add(name, value));
    }
    if (coded) {
      upstream.all("content-encoding").forEach(coding -> relayed.add("content-encoding", coding));
    }
    return identified(relayed, requestId).build();
  }

  /** Tells the client that its answer is limited to fewer tokens than it had asked for. */
  static Headers withLoweredMaxTokens(Headers answer, OptionalLong maxTokens) {
    return maxTokens.isEmpty()
        ? answer
        : answer.toBuilder().set(MAX_TOKENS_LOWERED, Long.toString(maxTokens.getAsLong())).build();
  }

  /** Adds the request id under the names that Anthropic's and OpenAI's clients look for. */
  static Headers.Builder identified(Headers.Builder headers, String requestId) {
    return headers.set("request-id", requestId).set("x-request-id", requestId);
  }
}
