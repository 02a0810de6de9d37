package xyz.trollllm.proxy.wire;

import java.util.Set;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.config.UsageSemantics;

/**
 * Adds up an answer in Anthropic's format, which is documented with the Messages API: {@code
 * message_delta.usage} is cumulative, so nothing is summed and the last number of each kind stands.
 *
 * <p>Upstreams differ in where they put what. Input may stand in {@code message_start} only, in
 * {@code message_delta} only (LiteLLM's bridges, whose {@code message_start} is all zeros), grow
 * from one to the other (server tools), or come with {@code message_stop} (Bedrock behind LiteLLM).
 * Where several speak, {@code message_delta} is believed before {@code message_stop}, and that
 * before {@code message_start}. Of {@code iterations}, likewise, the last list stands.
 */
final class AnthropicTotals extends AnswerTotals<AnthropicDocument> {
  private static final Set<String> EVENTS =
      Set.of(
          "message_start",
          "content_block_start",
          "content_block_delta",
          "content_block_stop",
          "message_delta",
          "message_stop",
          "ping",
          "error");

  private final AnthropicUsage start;
  private final AnthropicUsage delta;
  private final AnthropicUsage stop;

  AnthropicTotals(UsageSemantics semantics, Estimation estimation) {
    super(semantics, estimation);
    this.start = new AnthropicUsage();
    this.delta = new AnthropicUsage();
    this.stop = new AnthropicUsage();
  }

  private AnthropicTotals(AnthropicTotals other) {
    super(other);
    this.start = other.start.copy();
    this.delta = other.delta.copy();
    this.stop = other.stop.copy();
  }

  @Override
  AnthropicTotals copy() {
    return new AnthropicTotals(this);
  }

  @Override
  void read(String eventName, AnthropicDocument document) {
    String kind = EVENTS.contains(eventName) ? eventName : document.type();
    switch (kind) {
      case "message_start" -> addUsage(start, document);
      case "message_delta" -> addUsage(delta, document);
      case "content_block_start", "content_block_delta" -> addContent(document);
      case "message_stop" -> {
        addUsage(stop, document);
        end();
      }
      case "message", "" -> {
        addUsage(delta, document);
        addContent(document);
      }
      case "error" -> addError();
      default -> {}
    }
  }

  private void addUsage(AnthropicUsage usage, AnthropicDocument document) {
    if (document.usageIsWhole()) {
      usage.overlay(document, flags());
    }
  }

  @Override
  Reported reported(SortedSet<String> noticed) {
    AnthropicUsage last = stop.copy();
    last.overlay(delta, noticed);
    AnthropicUsage whole = start.copy();
    whole.overlay(last, noticed);
    UsageFields<AnthropicField> all = whole.fields();
    Iterations iterations = whole.iterations();
    if (iterations.declinedHop()) {
      noticed.add(UsageFlags.DECLINED_HOP);
    }

    CacheWrites writes =
        CacheWrites.of(
            all.count(AnthropicField.CACHE_WRITE),
            all.count(AnthropicField.CACHE_WRITE_5M),
            all.count(AnthropicField.CACHE_WRITE_1H),
            noticed);
    long hit = all.countOrZero(AnthropicField.CACHE_HIT);
    Long input = uncachedInput(all, writes.total() + hit, noticed);
    Long output = all.count(AnthropicField.OUTPUT);
    boolean placeholder =
        all.countOrZero(AnthropicField.INPUT) + writes.total() + hit + orZero(output) == 0
            && iterations.isEmpty();
    return new Reported(
        input,
        writes,
        hit,
        output,
        last.fields().count(AnthropicField.OUTPUT) != null && !placeholder,
        all.countOrZero(AnthropicField.WEB_SEARCHES),
        all.countOrZero(AnthropicField.WEB_FETCHES),
        new ServiceOptions(
            all.name(AnthropicField.SERVICE_TIER),
            all.name(AnthropicField.SPEED),
            all.name(AnthropicField.GEO)),
        model(),
        iterations.fallbackModel(),
        iterations.normal(semantics(), noticed));
  }

  private @Nullable Long uncachedInput(
      UsageFields<AnthropicField> all, long cached, Set<String> noticed) {
    Long input = all.count(AnthropicField.INPUT);
    if (input == null) {
      return cached > 0 ? Long.valueOf(0) : null;
    }
    return switch (semantics()) {
      case EXCLUSIVE -> input;
      case INCLUSIVE -> CachedInput.without(cached, input, noticed);
      case AUTO -> withoutInclusiveDelta(input, cached, noticed);
    };
  }

  /**
   * LiteLLM's releases after its pull request 24850 reported input without cached tokens in {@code
   * message_start} and with them at the end.
   */
  private long withoutInclusiveDelta(long input, long cached, Set<String> noticed) {
    long first = start.fields().countOrZero(AnthropicField.INPUT);
    if (first > 0 && cached > 0 && input == first + cached) {
      noticed.add(UsageFlags.INCLUSIVE_DELTA);
      return first;
    }
    return input;
  }

  private static long orZero(@Nullable Long count) {
    return count == null ? 0 : count;
  }
}
