package xyz.trollllm.proxy.wire;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One message or event in Anthropic's format. */
final class AnthropicDocument implements AnswerDocument, JsonTap.Listener<AnthropicField> {
  /** Blocks that are empty until text comes, and the mark of a change of model. */
  private static final Set<String> EMPTY_BLOCKS = Set.of("text", "thinking", "fallback");

  private final JsonTap<AnthropicField> tap = new JsonTap<>(AnthropicField.PATHS, this);
  private final UsageFields<AnthropicField> usage = new UsageFields<>(AnthropicField.class);
  private final Set<String> flags = new TreeSet<>();
  private String type = "";
  private @Nullable String model;
  private boolean error;
  private boolean block;
  private long characters;
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
    type = "";
    model = null;
    error = false;
    block = false;
    characters = 0;
    insideUsage = false;
  }

  /** The document's own type; empty if it has none. */
  String type() {
    return type;
  }

  @Nullable String model() {
    return model;
  }

  boolean error() {
    return error;
  }

  /** Whether a block of content began that is content even before any text. */
  boolean block() {
    return block;
  }

  long characters() {
    return characters;
  }

  UsageFields<AnthropicField> usage() {
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
  public void scalar(AnthropicField field, JsonScalar value) {
    switch (field) {
      case TYPE -> type = value.text();
      case MODEL -> model = value.kind() == JsonScalar.Kind.STRING ? value.text() : model;
      case ERROR -> error |= !value.isNull();
      case BLOCK_TYPE -> block |= !value.isNull() && !EMPTY_BLOCKS.contains(value.text());
      case TEXT, USAGE -> {}
      case SERVICE_TIER, SPEED, GEO -> usage.putName(field, value);
      case ITERATION_TYPE -> {
        if (!value.text().equals("message")) {
          flags.add(UsageFlags.UNPRICED_ITERATIONS);
        }
      }
      case INPUT,
          OUTPUT,
          CACHE_WRITE,
          CACHE_WRITE_5M,
          CACHE_WRITE_1H,
          CACHE_HIT,
          WEB_SEARCHES,
          WEB_FETCHES ->
          usage.putCount(field, value, flags);
    }
  }

  @Override
  public void text(AnthropicField field, long more) {
    characters += more;
  }

  @Override
  public void opened(AnthropicField field) {
    insideUsage |= field == AnthropicField.USAGE;
    error |= field == AnthropicField.ERROR;
  }

  @Override
  public void closed(AnthropicField field) {
    insideUsage &= field != AnthropicField.USAGE;
  }
}
