package xyz.trollllm.proxy.wire;

import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** Makes the meter that fits an answer. */
public final class AnswerMeters {
  private AnswerMeters() {}

  /**
   * Returns a meter for one answer.
   *
   * @param eventStream whether the answer, not the request, is an event stream
   * @param requestBytes length of the request's body, from which input is estimated when the
   *     upstream reports none
   */
  public static AnswerMeter of(
      Api api, boolean eventStream, UsageSemantics semantics, long requestBytes) {
    return switch (api) {
      case ANTHROPIC_MESSAGES ->
          meter(eventStream, new AnthropicDocument(), new AnthropicTotals(semantics, requestBytes));
      case OPENAI_CHAT ->
          meter(
              eventStream,
              new OpenAiDocument(OpenAiPaths.CHAT),
              new ChatTotals(semantics, requestBytes));
    };
  }

  private static <D extends AnswerDocument<?>> AnswerMeter meter(
      boolean eventStream, D document, AnswerTotals<D> nothing) {
    return eventStream
        ? new EventStreamMeter<>(document, nothing)
        : new DocumentMeter<>(document, nothing);
  }
}
