package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.Nullable;

/** One answer, one chunk or one event in a format of OpenAI's. */
final class OpenAiDocument extends AnswerDocument<OpenAiField> {
  private @Nullable String serviceTier;
  private boolean finished;
  private boolean otherContent;
  private long reasoning;
  private long reasoningContent;

  OpenAiDocument(JsonPaths<OpenAiField> paths) {
    super(OpenAiField.class, paths);
  }

  @Nullable String serviceTier() {
    return serviceTier;
  }

  /** Whether a choice has its reason to be finished. */
  boolean finished() {
    return finished;
  }

  @Override
  long characters() {
    return super.characters() + Math.max(reasoning, reasoningContent);
  }

  @Override
  boolean content() {
    return otherContent || characters() > 0;
  }

  @Override
  void own(OpenAiField field, JsonScalar value) {
    switch (field) {
      case SERVICE_TIER -> serviceTier = value.isString() ? value.text() : serviceTier;
      case FINISH_REASON -> finished |= value.isString();
      default -> {}
    }
  }

  @Override
  void ownText(OpenAiField field, long more) {
    switch (field) {
      case REASONING -> reasoning += more;
      case REASONING_CONTENT -> reasoningContent += more;
      default -> {}
    }
  }

  @Override
  void ownOpened(OpenAiField field) {
    otherContent |= field == OpenAiField.OTHER_CONTENT;
  }

  @Override
  void clearOwn() {
    serviceTier = null;
    finished = false;
    otherContent = false;
    reasoning = 0;
    reasoningContent = 0;
  }
}
