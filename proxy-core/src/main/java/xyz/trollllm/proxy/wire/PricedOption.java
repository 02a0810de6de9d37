package xyz.trollllm.proxy.wire;

import java.util.OptionalLong;

/**
 * An option of a request that changes what it costs, and that a model may or may not have a price
 * for. Options that are not asked for are left to the upstream: it may then serve a request by the
 * dearest of its ways that the operator's account is set up for.
 */
public sealed interface PricedOption {
  /** Where the option stands in the body, as a JSON path. */
  String path();

  /**
   * {@code service_tier}, other than {@code auto}: "when not set, the default behavior is auto", by
   * which OpenAI takes the tier of the project's settings and Anthropic its priority tier while
   * there is capacity of it.
   */
  record ServiceTier(String path, Tier tier) implements PricedOption {}

  /** What a client may ask to be served as. */
  enum Tier {
    /** {@code default}, {@code standard} or {@code standard_only}: the ordinary prices. */
    STANDARD,
    FLEX,
    PRIORITY
  }

  /** {@code inference_geo}; without it the default of the operator's workspace counts. */
  record InferenceGeo(String path, boolean us) implements PricedOption {}

  /** {@code speed: "fast"}. */
  record FastSpeed(String path) implements PricedOption {}

  /**
   * A tool that lets the upstream search the web.
   *
   * @param maxUses the most searches of one request, if the request says so
   */
  record WebSearch(String path, OptionalLong maxUses) implements PricedOption {}

  /**
   * A tool that lets the upstream fetch pages.
   *
   * @param maxUses the most fetches of one request, if the request says so
   */
  record WebFetch(String path, OptionalLong maxUses) implements PricedOption {}

  /**
   * A tool that lets another model advise, in inferences of its own.
   *
   * @param model that model, as the upstream calls it
   * @param maxUses the most inferences of one request, if the request says so
   */
  record Advisor(String path, String model, OptionalLong maxUses) implements PricedOption {}

  /** Lets the upstream shorten the prompt, in inferences of its own. */
  record Compaction(String path) implements PricedOption {}
}
