package xyz.trollllm.proxy;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which part of a request's query crosses the gateway. */
final class QueryRules {
  private QueryRules() {}

  /**
   * The part of a client's query that is forwarded: the marker that older SDKs add to calls of beta
   * features. Some upstreams read options, even the model, from the query, and what is not priced
   * must not get there.
   */
  static String toUpstream(@Nullable String query) {
    boolean beta = query != null && List.of(query.split("&", -1)).contains("beta=true");
    return beta ? "?beta=true" : "";
  }
}
