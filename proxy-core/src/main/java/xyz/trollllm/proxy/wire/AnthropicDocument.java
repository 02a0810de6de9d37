package xyz.trollllm.proxy.wire;

import java.util.Set;

/** One message or event in Anthropic's format. */
final class AnthropicDocument extends AnswerDocument<AnthropicField> {
  /** Blocks that are empty until text comes, and the mark of a change of model. */
  private static final Set<String> EMPTY_BLOCKS = Set.of("text", "thinking", "fallback");

  private final IterationReader iterations = new IterationReader();
  private String type = "";
  private boolean block;

  AnthropicDocument() {
    super(AnthropicField.class, AnthropicField.PATHS);
  }

  /** The document's own type; empty if it has none. */
  String type() {
    return type;
  }

  Iterations iterations() {
    return iterations.iterations();
  }

  /** Some blocks are content even before any text. */
  @Override
  boolean content() {
    return block || characters() > 0;
  }

  @Override
  void own(AnthropicField field, JsonScalar value) {
    switch (field) {
      case TYPE -> type = value.text();
      case BLOCK_TYPE -> block |= !value.isNull() && !EMPTY_BLOCKS.contains(value.text());
      case ITERATIONS, ITERATION -> {
        if (!value.isNull()) {
          flags().add(UsageFlags.UNREADABLE_USAGE);
        }
      }
      default -> iterations.value(field, value, flags());
    }
  }

  @Override
  void ownOpened(AnthropicField field) {
    switch (field) {
      case ITERATIONS -> iterations.clear();
      case ITERATION -> iterations.beginEntry();
      case TYPE, BLOCK_TYPE, ITERATION_TYPE, ITERATION_MODEL -> {}
      default -> flags().add(UsageFlags.INVALID_COUNT);
    }
  }

  @Override
  void ownClosed(AnthropicField field) {
    if (field == AnthropicField.ITERATION) {
      iterations.endEntry(flags());
    }
  }

  @Override
  void clearOwn() {
    type = "";
    block = false;
    iterations.clear();
  }
}
