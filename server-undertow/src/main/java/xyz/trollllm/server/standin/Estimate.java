package xyz.trollllm.server.standin;

import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;

/** What the stand-in would report for a request, without sending it. */
public final class Estimate {
  private Estimate() {}

  /** The tokens that the answer to {@code body} will report. */
  public static TokenCounts of(Api api, String body) {
    Dialect dialect = Dialect.of(api);
    Asked asked = dialect.read(Json.parse(body));
    return Answer.to(asked).usage(asked);
  }
}
