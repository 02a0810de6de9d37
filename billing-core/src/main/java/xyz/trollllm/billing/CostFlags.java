package xyz.trollllm.billing;

/**
 * What {@link Cost#flags()} can hold. Requests that ask for something without a price are refused;
 * these name what an upstream reported all the same. It is charged at the ordinary price.
 */
public final class CostFlags {
  /** A service tier without a factor; the factor is 1. */
  public static final String UNPRICED_SERVICE_TIER = "unpriced-service-tier";

  /** A speed without prices; the ordinary prices apply. */
  public static final String UNPRICED_SPEED = "unpriced-speed";

  /** A place of inference without a factor; the factor is 1. */
  public static final String UNPRICED_INFERENCE_GEO = "unpriced-inference-geo";

  /** An inference of a model that is not configured; the requested model's prices apply. */
  public static final String UNPRICED_MODEL = "unpriced-model";

  /** Web searches without a fee; nothing is charged for them. */
  public static final String UNPRICED_WEB_SEARCH = "unpriced-web-search";

  /** Web fetches without a fee; nothing is charged for them. */
  public static final String UNPRICED_WEB_FETCH = "unpriced-web-fetch";

  /** The cost was above {@link Cost#MOST}, which is what is charged. */
  public static final String LIMITED_CHARGE = "limited-charge";

  private CostFlags() {}
}
