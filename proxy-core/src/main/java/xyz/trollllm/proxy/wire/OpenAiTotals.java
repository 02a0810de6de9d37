package xyz.trollllm.proxy.wire;

import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.config.UsageSemantics;

/**
 * Adds up an answer in a format of OpenAI's. Its prompt tokens include cached ones and its
 * completion tokens include reasoning. Where usage comes more than once its numbers grow, so the
 * last ones stand.
 */
abstract class OpenAiTotals extends AnswerTotals<OpenAiDocument> {
  private static final Set<OpenAiField> NEVER_FALLING =
      EnumSet.range(OpenAiField.PROMPT, OpenAiField.CACHE_WRITE_OPENAI);

  private static final Set<OpenAiField> CACHE_WRITE_SPLIT =
      EnumSet.of(OpenAiField.CACHE_WRITE_5M, OpenAiField.CACHE_WRITE_1H);

  private final UsageFields<OpenAiField> usage;
  private @Nullable String serviceTier;

  OpenAiTotals(UsageSemantics semantics, Estimation estimation) {
    super(semantics, estimation);
    this.usage = new UsageFields<>(OpenAiField.class);
  }

  OpenAiTotals(OpenAiTotals other) {
    super(other);
    this.usage = other.usage.copy();
    this.serviceTier = other.serviceTier;
  }

  /** Usage of zero in both directions is a placeholder; it never replaces real usage. */
  final void addUsage(OpenAiDocument document) {
    serviceTier = document.serviceTier() == null ? serviceTier : document.serviceTier();
    if (!document.usageIsWhole()) {
      return;
    }
    flags().addAll(document.flags());
    if (isPlaceholder(document.usage()) && hasUsage()) {
      if (document.usage().count(OpenAiField.PROMPT) != null) {
        flags().add(UsageFlags.ZERO_AFTER_NONZERO);
      }
      return;
    }
    usage.overlay(document.usage(), NEVER_FALLING, CACHE_WRITE_SPLIT, flags());
  }

  /** Whether usage has come that is no placeholder. */
  final boolean hasUsage() {
    return !isPlaceholder(usage);
  }

  private static boolean isPlaceholder(UsageFields<OpenAiField> usage) {
    return usage.countOrZero(OpenAiField.PROMPT) == 0
        && usage.countOrZero(OpenAiField.COMPLETION) == 0;
  }

  /** The output tokens reported; null if they were not. */
  @Nullable Long output() {
    return usage.count(OpenAiField.COMPLETION);
  }

  /** The web searches that the answer itself holds, whether its usage counts them or not. */
  long webSearchesSeen() {
    return 0;
  }

  @Override
  final Reported reported(SortedSet<String> noticed) {
    CacheWrites writes =
        CacheWrites.of(
            first(
                noticed,
                OpenAiField.CACHE_WRITE,
                OpenAiField.CACHE_WRITE_DETAIL,
                OpenAiField.CACHE_WRITE_OPENAI),
            usage.count(OpenAiField.CACHE_WRITE_5M),
            usage.count(OpenAiField.CACHE_WRITE_1H),
            noticed);
    Long hit =
        first(
            noticed,
            OpenAiField.CACHE_HIT,
            OpenAiField.CACHE_HIT_DETAIL,
            OpenAiField.CACHE_HIT_KIMI);
    long hits = hit == null ? 0 : hit;
    Long searches = first(noticed, OpenAiField.WEB_SEARCHES, OpenAiField.WEB_SEARCHES_DETAIL);
    long searched = Math.max(webSearchesSeen(), searches == null ? 0 : searches);
    return new Reported(
        uncachedPrompt(writes.total() + hits, noticed),
        writes,
        hits,
        output(),
        output() != null && hasUsage(),
        searched,
        0,
        new ServiceOptions(serviceTier, null, null),
        model());
  }

  private @Nullable Long uncachedPrompt(long cached, Set<String> noticed) {
    Long prompt = usage.count(OpenAiField.PROMPT);
    if (prompt == null) {
      return cached > 0 ? Long.valueOf(0) : null;
    }
    return semantics() == UsageSemantics.EXCLUSIVE
        ? prompt
        : Long.valueOf(CachedInput.without(cached, prompt, noticed));
  }

  /** The first of several members of the same meaning that is present, a positive one if any is. */
  private @Nullable Long first(Set<String> noticed, OpenAiField... fields) {
    Long first = null;
    for (OpenAiField field : fields) {
      Long count = usage.count(field);
      if (first == null) {
        first = count;
      } else if (first == 0 && count != null && count > 0) {
        noticed.add(UsageFlags.CONFLICTING_CACHE_COUNTS);
        first = count;
      }
    }
    return first;
  }
}
