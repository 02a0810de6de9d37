package xyz.trollllm.proxy.wire;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One chat completion, or one chunk of one, in OpenAI's format. */
final class OpenAiDocument implements AnswerDocument, JsonTap.Listener<OpenAiField> {
  private final JsonTap<OpenAiField> tap = new JsonTap<>(OpenAiField.PATHS, this);
  private final UsageFields<OpenAiField> usage = new UsageFields<>(OpenAiField.class);
  private final Set<String> flags = new TreeSet<>();
  private @Nullable String model;
  private @Nullable String serviceTier;
  private boolean error;
  private boolean finished;
  private boolean audio;
  private long text;
  private long reasoning;
  private long reasoningContent;
  private boolean insideUsage;

  @Override
  public JsonTap<?> tap() {
    return tap;
  }

  @Override
  public void clear() {
    tap.reset();
    usage.clear();
    flags.clear();
    model = null;
    serviceTier = null;
    error = false;
    finished = false;
    audio = false;
    text = 0;
    reasoning = 0;
    reasoningContent = 0;
    insideUsage = false;
  }

  @Nullable String model() {
    return model;
  }

  @Nullable String serviceTier() {
    return serviceTier;
  }

  boolean error() {
    return error;
  }

  /** Whether a choice has its reason to be finished. */
  boolean finished() {
    return finished;
  }

  boolean content() {
    return audio || characters() > 0;
  }

  long characters() {
    return text + Math.max(reasoning, reasoningContent);
  }

  UsageFields<OpenAiField> usage() {
    return usage;
  }

  /** Whether the usage read so far is all of the document's usage. */
  boolean usageIsWhole() {
    return !insideUsage;
  }

  Set<String> flags() {
    return flags;
  }

  @Override
  public void scalar(OpenAiField field, JsonScalar value) {
    boolean string = value.kind() == JsonScalar.Kind.STRING;
    switch (field) {
      case MODEL -> model = string ? value.text() : model;
      case SERVICE_TIER -> serviceTier = string ? value.text() : serviceTier;
      case ERROR -> error |= !value.isNull();
      case FINISH_REASON -> finished |= string;
      case TEXT, REASONING, REASONING_CONTENT, AUDIO, USAGE -> {}
      case PROMPT,
          COMPLETION,
          CACHE_HIT,
          CACHE_HIT_DETAIL,
          CACHE_HIT_KIMI,
          CACHE_WRITE,
          CACHE_WRITE_DETAIL,
          CACHE_WRITE_OPENAI,
          CACHE_WRITE_5M,
          CACHE_WRITE_1H,
          WEB_SEARCHES,
          WEB_SEARCHES_DETAIL ->
          usage.putCount(field, value, flags);
    }
  }

  @Override
  public void text(OpenAiField field, long characters) {
    switch (field) {
      case REASONING -> reasoning += characters;
      case REASONING_CONTENT -> reasoningContent += characters;
      default -> text += characters;
    }
  }

  @Override
  public void opened(OpenAiField field) {
    insideUsage |= field == OpenAiField.USAGE;
    error |= field == OpenAiField.ERROR;
    audio |= field == OpenAiField.AUDIO;
  }

  @Override
  public void closed(OpenAiField field) {
    insideUsage &= field != OpenAiField.USAGE;
  }
}
