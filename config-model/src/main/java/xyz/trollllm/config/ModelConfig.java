package xyz.trollllm.config;

import java.util.List;

/**
 * One model that clients may ask for.
 *
 * <p>{@code upstream} says where its requests go, {@code creditField} which balance pays for them;
 * the two are independent.
 *
 * @param name what people call it
 * @param id what clients send as {@code model}
 * @param aliases other ids that mean the same model
 * @param type the family, such as {@code anthropic}; shown, decides nothing
 * @param upstream the name of the upstream that answers
 * @param upstreamModelId the id that the upstream knows it by
 * @param creditField which balance pays
 * @param pricing what a request costs
 * @param maxInputTokens the longest prompt the upstream takes: bounds what a request can cost
 * @param maxOutputTokens the longest answer it gives: bounds what a request can cost
 * @param usageSemantics how the upstream counts cached input
 * @param policy how requests are bounded and metered where their numbers do not say
 */
public record ModelConfig(
    String name,
    String id,
    List<String> aliases,
    String type,
    String upstream,
    String upstreamModelId,
    CreditField creditField,
    ModelPricing pricing,
    long maxInputTokens,
    long maxOutputTokens,
    UsageSemantics usageSemantics,
    ModelPolicy policy) {

  public ModelConfig {
    aliases = List.copyOf(aliases);
  }

  /** A model that configures no policy of its own. */
  public ModelConfig(
      String name,
      String id,
      List<String> aliases,
      String type,
      String upstream,
      String upstreamModelId,
      CreditField creditField,
      ModelPricing pricing,
      long maxInputTokens,
      long maxOutputTokens,
      UsageSemantics usageSemantics) {
    this(
        name,
        id,
        aliases,
        type,
        upstream,
        upstreamModelId,
        creditField,
        pricing,
        maxInputTokens,
        maxOutputTokens,
        usageSemantics,
        ModelPolicy.DEFAULT);
  }
}
