package xyz.trollllm.proxy.wire;

import java.util.Set;

/** One message or event in Anthropic's format. */
final class AnthropicDocument extends AnswerDocument<AnthropicField> {
  /** Blocks that are empty until text comes, and the mark of a change of model. */
  private static final Set<String> EMPTY_BLOCKS = Set.of("text", "thinking", "fallback");

  private String type = "";
  private boolean block;

  AnthropicDocument() {
    super(AnthropicField.class, AnthropicField.PATHS);
  }

  /** The document's own type; empty if it has none. */
  String type() {
    return type;
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
      case ITERATION_TYPE -> {
        if (!value.text().equals("message")) {
          flags().add(UsageFlags.UNPRICED_ITERATIONS);
        }
      }
      default -> throw new IllegalArgumentException("not a field of the API's own: " + field);
    }
  }

  @Override
  void clearOwn() {
    type = "";
    block = false;
  }
}
