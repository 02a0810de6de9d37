package xyz.trollllm.proxy.wire;

import xyz.trollllm.config.UsageSemantics;

/** Reads a list of embeddings, as OpenAI documents it: only its input has tokens. */
final class EmbeddingsTotals extends OpenAiTotals {
  EmbeddingsTotals(UsageSemantics semantics, Estimation estimation) {
    super(semantics, estimation);
  }

  private EmbeddingsTotals(EmbeddingsTotals other) {
    super(other);
  }

  @Override
  EmbeddingsTotals copy() {
    return new EmbeddingsTotals(this);
  }

  @Override
  void read(String eventName, OpenAiDocument document) {
    addContent(document);
    addUsage(document);
  }

  @Override
  Long output() {
    return 0L;
  }
}
