package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenUsage;

/**
 * What one answer used.
 *
 * @param flags what was unusual about the numbers, in kebab case
 * @param servedModel the model the upstream says answered
 */
public record Metered(
    TokenUsage usage, Basis basis, SortedSet<String> flags, @Nullable String servedModel) {

  /** No use at all, or none that counts. */
  public static Metered nothing(@Nullable String servedModel, String... flags) {
    return new Metered(TokenUsage.NONE, Basis.VOID, new TreeSet<>(List.of(flags)), servedModel);
  }
}
