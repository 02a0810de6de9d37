package xyz.trollllm.proxy.wire;

import java.util.SortedSet;
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
    TokenUsage usage, Basis basis, SortedSet<String> flags, @Nullable String servedModel) {}
