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
   * @param estimation for tokens that the upstream does not report
   */
  public static AnswerMeter of(
      Api api, boolean eventStream, UsageSemantics semantics, Estimation estimation) {
    return switch (api) {
      case ANTHROPIC_MESSAGES ->
          meter(eventStream, new AnthropicDocument(), new AnthropicTotals(semantics, estimation));
      case OPENAI_CHAT ->
          meter(
              eventStream,
              new OpenAiDocument(OpenAiPaths.CHAT),
              new ChatTotals(semantics, estimation));
      case OPENAI_RESPONSES ->
          meter(
              eventStream,
              new OpenAiDocument(OpenAiPaths.RESPONSES),
              new ResponsesTotals(semantics, estimation));
      case OPENAI_EMBEDDINGS ->
          meter(
              eventStream,
              new OpenAiDocument(OpenAiPaths.EMBEDDINGS),
              new EmbeddingsTotals(semantics, estimation));
    };
  }

  /** As above, for a request of text and a model that configures nothing. */
  public static AnswerMeter of(
      Api api, boolean eventStream, UsageSemantics semantics, long requestBytes) {
    return of(api, eventStream, semantics, Estimation.ofText(requestBytes));
  }

  private static <D extends AnswerDocument<?>> AnswerMeter meter(
      boolean eventStream, D document, AnswerTotals<D> nothing) {
    return eventStream
        ? new EventStreamMeter<>(document, nothing)
        : new DocumentMeter<>(document, nothing);
  }
}
