package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.UsageSemantics;

/**
 * What {@code usage.iterations} says beyond the top-level usage. Entries of the type {@code
 * message} are in the top-level usage already, all others but {@code fallback_message} come beside
 * it.
 *
 * @param beside the inferences to be priced beside the answer
 * @param fallbackModel the model whose usage the top level is, if it stepped in for the requested
 *     one
 * @param declinedHop whether the requested model used tokens before another one stepped in: nothing
 *     is known to be charged for them
 */
record Iterations(List<Iteration> beside, @Nullable String fallbackModel, boolean declinedHop) {
  static final Iterations NONE = new Iterations(List.of(), null, false);

  Iterations {
    beside = List.copyOf(beside);
  }

  boolean isEmpty() {
    return equals(NONE);
  }

  List<SubInference> normal(UsageSemantics semantics, Set<String> flags) {
    return beside.stream().map(iteration -> iteration.normal(semantics, flags)).toList();
  }
}
