package xyz.trollllm.proxy.wire;

/** What {@link Metered#flags()} can hold. Each names something about the numbers worth a look. */
public final class UsageFlags {
  /** Content came without final usage; its length stands for the output tokens. */
  public static final String ESTIMATED_OUTPUT = "estimated-output";

  /** Output was reported without input; the request's length stands for the input tokens. */
  public static final String ESTIMATED_INPUT = "estimated-input";

  /** Content came without any usage; both directions are estimated. */
  public static final String ESTIMATED_ALL = "estimated-all";

  /** Final usage came, the end of the answer did not. */
  public static final String INCOMPLETE_STREAM = "incomplete-stream";

  /** The answer broke off or failed before any content, and before any final usage. */
  public static final String UPSTREAM_ERROR_NO_CONTENT = "upstream-error-no-content";

  /** The answer ended as it should, with neither content nor final usage. */
  public static final String NO_FINAL_USAGE = "no-final-usage";

  /** A zero came where a positive input count had come before; the positive one stands. */
  public static final String ZERO_AFTER_NONZERO = "zero-after-nonzero";

  /** The last input count of a stream included the cached tokens that the first one left out. */
  public static final String INCLUSIVE_DELTA = "inclusive-delta";

  /** Cached tokens exceeded the input they should be part of, so they were taken as beside it. */
  public static final String EXCLUSIVE_USAGE = "exclusive-usage";

  /** The cache writes by lifetime summed to less than the total; the rest counts as 5 minutes. */
  public static final String CACHE_SPLIT_BELOW_TOTAL = "cache-split-below-total";

  /** The cache writes by lifetime summed to more than the total; the split stands. */
  public static final String CACHE_SPLIT_ABOVE_TOTAL = "cache-split-above-total";

  /** Two members that mean the same differed, one being zero; the positive one stands. */
  public static final String CONFLICTING_CACHE_COUNTS = "conflicting-cache-counts";

  /** A count was a string and was taken as absent. */
  public static final String STRING_COUNT = "string-count";

  /** A count was negative and was taken as absent. */
  public static final String NEGATIVE_COUNT = "negative-count";

  /** A count was no whole number of a believable size and was taken as absent. */
  public static final String INVALID_COUNT = "invalid-count";

  /** An inference of an unknown kind was listed; it is priced as one beside the answer. */
  public static final String UNKNOWN_ITERATION = "unknown-iteration";

  /** More inferences were listed than are kept apart; the last ones are added up. */
  public static final String MERGED_ITERATIONS = "merged-iterations";

  /**
   * Another model stepped in after the requested one had used tokens, which are not charged: it is
   * not known that the upstream charges them.
   */
  public static final String DECLINED_HOP = "declined-hop";

  /** Usage came that does not count: its document is malformed, or it holds no known count. */
  public static final String UNREADABLE_USAGE = "unreadable-usage";

  private UsageFlags() {}
}
