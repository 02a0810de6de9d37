package xyz.trollllm.proxy.wire;

import java.util.EnumSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.config.UsageSemantics;

/**
 * Adds up an answer in OpenAI's format. Its prompt tokens include cached ones and its completion
 * tokens include reasoning. Usage comes in the last chunk; upstreams that send it more often (vLLM
 * in every chunk, some on the finishing chunk too) send growing numbers, so the last ones stand.
 */
final class OpenAiTotals implements AnswerTotals<OpenAiDocument> {
  private static final Set<OpenAiField> NEVER_FALLING =
      EnumSet.range(OpenAiField.PROMPT, OpenAiField.CACHE_WRITE_1H);

  private final UsageSemantics semantics;
  private final long requestBytes;
  private final UsageFields<OpenAiField> usage;
  private final SortedSet<String> flags;
  private @Nullable String model;
  private @Nullable String serviceTier;
  private boolean content;
  private long characters;
  private boolean finished;
  private boolean ended;
  private boolean error;

  OpenAiTotals(UsageSemantics semantics, long requestBytes) {
    this.semantics = semantics;
    this.requestBytes = requestBytes;
    this.usage = new UsageFields<>(OpenAiField.class);
    this.flags = new TreeSet<>();
  }

  private OpenAiTotals(OpenAiTotals other) {
    this.semantics = other.semantics;
    this.requestBytes = other.requestBytes;
    this.usage = other.usage.copy();
    this.flags = new TreeSet<>(other.flags);
    this.model = other.model;
    this.serviceTier = other.serviceTier;
    this.content = other.content;
    this.characters = other.characters;
    this.finished = other.finished;
    this.ended = other.ended;
    this.error = other.error;
  }

  @Override
  public AnswerTotals<OpenAiDocument> copy() {
    return new OpenAiTotals(this);
  }

  @Override
  public void add(String eventName, OpenAiDocument document) {
    content |= document.content();
    characters += document.characters();
    finished |= document.finished();
    error |= document.error();
    model = document.model() == null ? model : document.model();
    serviceTier = document.serviceTier() == null ? serviceTier : document.serviceTier();
    if (document.usageIsWhole()) {
      addUsage(document);
    }
  }

  /** Usage of zero in both directions is a placeholder; it never replaces real usage. */
  private void addUsage(OpenAiDocument document) {
    flags.addAll(document.flags());
    if (isPlaceholder(document.usage()) && !isPlaceholder(usage)) {
      if (document.usage().count(OpenAiField.PROMPT) != null) {
        flags.add(UsageFlags.ZERO_AFTER_NONZERO);
      }
      return;
    }
    usage.overlay(document.usage(), NEVER_FALLING, flags);
  }

  private static boolean isPlaceholder(UsageFields<OpenAiField> usage) {
    return usage.countOrZero(OpenAiField.PROMPT) == 0
        && usage.countOrZero(OpenAiField.COMPLETION) == 0;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public boolean sawContent() {
    return content;
  }

  /** {@code [DONE]} is optional: usage of a finished answer is an end as well. */
  @Override
  public boolean sawEnd() {
    return ended || (finished && !isPlaceholder(usage));
  }

  @Override
  public boolean sawError() {
    return error;
  }

  @Override
  public Metered metered(boolean abandoned) {
    SortedSet<String> noticed = new TreeSet<>(flags);
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
    Reported reported =
        new Reported(
            uncachedPrompt(writes.total() + hits, noticed),
            writes,
            hits,
            usage.count(OpenAiField.COMPLETION),
            usage.count(OpenAiField.COMPLETION) != null && !isPlaceholder(usage),
            searches == null ? 0 : searches,
            0,
            new ServiceOptions(serviceTier, null, null),
            model);
    return Assessment.of(
        reported, new Delivered(abandoned, content, characters, sawEnd()), requestBytes, noticed);
  }

  private @Nullable Long uncachedPrompt(long cached, Set<String> noticed) {
    Long prompt = usage.count(OpenAiField.PROMPT);
    if (prompt == null) {
      return cached > 0 ? Long.valueOf(0) : null;
    }
    return semantics == UsageSemantics.EXCLUSIVE
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
