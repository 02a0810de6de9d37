package xyz.trollllm.proxy.wire;

import java.util.EnumSet;
import java.util.Set;

/** The usage of one kind of event in Anthropic's format: the last of each member that came. */
final class AnthropicUsage {
  private static final Set<AnthropicField> NEVER_FALLING =
      EnumSet.of(AnthropicField.INPUT, AnthropicField.CACHE_WRITE, AnthropicField.CACHE_HIT);

  private static final Set<AnthropicField> CACHE_WRITE_SPLIT =
      EnumSet.of(AnthropicField.CACHE_WRITE_5M, AnthropicField.CACHE_WRITE_1H);

  private final UsageFields<AnthropicField> fields;
  private Iterations iterations;

  AnthropicUsage() {
    this(new UsageFields<>(AnthropicField.class), Iterations.NONE);
  }

  private AnthropicUsage(UsageFields<AnthropicField> fields, Iterations iterations) {
    this.fields = fields;
    this.iterations = iterations;
  }

  AnthropicUsage copy() {
    return new AnthropicUsage(fields.copy(), iterations);
  }

  UsageFields<AnthropicField> fields() {
    return fields;
  }

  Iterations iterations() {
    return iterations;
  }

  /** Lets {@code document}'s usage stand over what is here. */
  void overlay(AnthropicDocument document, Set<String> flags) {
    overlay(document.usage(), document.iterations(), flags);
    flags.addAll(document.flags());
  }

  /** Lets {@code other} stand over what is here. */
  void overlay(AnthropicUsage other, Set<String> flags) {
    overlay(other.fields, other.iterations, flags);
  }

  /** A list of iterations is cumulative like the counts: an empty one is a placeholder. */
  private void overlay(
      UsageFields<AnthropicField> otherFields, Iterations otherIterations, Set<String> flags) {
    fields.overlay(otherFields, NEVER_FALLING, CACHE_WRITE_SPLIT, flags);
    iterations = otherIterations.isEmpty() ? iterations : otherIterations;
  }
}
