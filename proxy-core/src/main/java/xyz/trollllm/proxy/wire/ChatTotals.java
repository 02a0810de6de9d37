package xyz.trollllm.proxy.wire;

import xyz.trollllm.config.UsageSemantics;

/**
 * Adds up a chat completion. Usage comes in the last chunk; some upstreams send it with the
 * finishing chunk too, and vLLM in every chunk.
 */
final class ChatTotals extends OpenAiTotals {
  private boolean finished;

  ChatTotals(UsageSemantics semantics, Estimation estimation) {
    super(semantics, estimation);
  }

  private ChatTotals(ChatTotals other) {
    super(other);
    this.finished = other.finished;
  }

  @Override
  ChatTotals copy() {
    return new ChatTotals(this);
  }

  @Override
  void read(String eventName, OpenAiDocument document) {
    addContent(document);
    addUsage(document);
    finished |= document.finished();
  }

  /** {@code [DONE]} is optional: usage of a finished answer is an end as well. */
  @Override
  boolean sawEnd() {
    return super.sawEnd() || (finished && hasUsage());
  }
}
