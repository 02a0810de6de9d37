package xyz.trollllm.proxy.wire;

import static xyz.trollllm.proxy.wire.RandomStreams.REQUEST_BYTES;
import static xyz.trollllm.proxy.wire.RandomStreams.TEXT;
import static xyz.trollllm.proxy.wire.RandomUsage.count;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;
import xyz.trollllm.proxy.wire.RandomStreams.Drawn;
import xyz.trollllm.proxy.wire.RandomStreams.Expected;

/**
 * Random streams are metered as a reducer says that was written down from the rules alone: for each
 * number the last one of {@code message_delta}, else of {@code message_stop}, else of {@code
 * message_start}; an input-side zero never takes a number back.
 */
final class AnthropicMergeTest {
  @ParameterizedTest
  @EnumSource
  void randomStreamsAreMergedByTheRules(UsageSemantics semantics) {
    RandomStreams.areMeteredAsExpected(
        Api.ANTHROPIC_MESSAGES,
        semantics,
        (random, usages) -> {
          List<Event> events = events(random, usages);
          String text = events.stream().map(Event::text).collect(Collectors.joining());
          return new Drawn(text, new Reducer(events, semantics).finish());
        });
  }

  private static List<Event> events(Random random, RandomUsage usages) {
    List<Event> events = new ArrayList<>();
    events.add(new Event("message_start", usage(random, usages)));
    events.add(new Event("content_block_delta", null));
    int deltas = random.nextInt(4);
    for (int i = 0; i < deltas; i++) {
      events.add(new Event("message_delta", usage(random, usages)));
      if (random.nextInt(4) == 0) {
        events.add(new Event("ping", null));
      }
    }
    if (random.nextInt(4) == 0) {
      makeInclusive(events);
    }
    events.add(new Event("message_stop", random.nextInt(3) == 0 ? usage(random, usages) : null));
    return events;
  }

  private static @Nullable Map<String, Object> usage(Random random, RandomUsage usages) {
    return random.nextInt(6) == 0 ? null : usages.anthropic();
  }

  /** The last event reports the cached tokens of the first as input, too. */
  private static void makeInclusive(List<Event> events) {
    Map<String, Object> start = events.getFirst().usage();
    Map<String, Object> last = events.getLast().usage();
    if (start == null || last == null) {
      return;
    }
    Long in = count(start, "input_tokens");
    Long read = count(start, "cache_read_input_tokens");
    if (in != null && read != null) {
      last.put("input_tokens", in + read);
      List.of("cache_creation_input_tokens", "cache_creation").forEach(start::remove);
    }
  }

  private record Event(String name, @Nullable Map<String, Object> usage) {
    String text() {
      String usageText = usage == null ? "" : ",\"usage\":" + RandomUsage.json(usage);
      String data =
          switch (name) {
            case "message_start" -> "\"message\":{\"content\":[]" + usageText + "}";
            case "content_block_delta" ->
                "\"delta\":{\"type\":\"text_delta\",\"text\":\"" + TEXT + "\"}";
            default -> "\"index\":0" + usageText;
          };
      return "event: %s\ndata: {\"type\":\"%s\",%s}\n\n".formatted(name, name, data);
    }
  }

  /** The merge, the split, what includes what, and what is missing: rule by rule. */
  private static final class Reducer {
    private final List<Event> events;
    private final UsageSemantics semantics;
    private final Set<String> flags = new TreeSet<>();

    Reducer(List<Event> events, UsageSemantics semantics) {
      this.events = events;
      this.semantics = semantics;
    }

    Expected finish() {
      Long in = inputSide("input_tokens");
      Long written = inputSide("cache_creation_input_tokens");
      Long cacheRead = inputSide("cache_read_input_tokens");
      long read = cacheRead == null ? 0 : cacheRead;
      long[] writes = split(written);
      long cached = writes[0] + writes[1] + read;
      Long lastOut = last("output_tokens", "message_delta", "message_stop");
      Long out = lastOut == null ? last("output_tokens", "message_start") : lastOut;

      long reportedOut = out == null ? 0 : out;
      boolean nothing = (in == null ? 0 : in) + cached + reportedOut == 0;
      boolean isFinal = lastOut != null && !nothing;
      Long uncached = uncached(in, cached);
      Basis basis = Basis.UPSTREAM;
      if (!isFinal) {
        reportedOut = Math.max(reportedOut, TEXT.length() / 4);
        boolean hasInput = (uncached != null && uncached > 0) || cached > 0;
        basis = hasInput ? Basis.PARTIAL : Basis.ESTIMATED;
        flags.add(hasInput ? "estimated-output" : "estimated-all");
        uncached = hasInput ? uncached : Long.valueOf(REQUEST_BYTES / 4);
      } else if (uncached == null) {
        basis = Basis.PARTIAL;
        flags.add("estimated-input");
        uncached = REQUEST_BYTES / 4;
      }
      return new Expected(
          new TokenCounts(uncached == null ? 0 : uncached, writes[0], writes[1], read, reportedOut),
          uses("web_search_requests"),
          uses("web_fetch_requests"),
          basis,
          flags);
    }

    private @Nullable Long uncached(@Nullable Long in, long cached) {
      if (in == null) {
        return cached > 0 ? 0L : null;
      }
      Long first = last("input_tokens", "message_start");
      boolean inclusive =
          switch (semantics) {
            case EXCLUSIVE -> false;
            case INCLUSIVE -> true;
            case AUTO -> first != null && first > 0 && cached > 0 && in == first + cached;
          };
      if (!inclusive) {
        return in;
      }
      if (cached > in) {
        flags.add("exclusive-usage");
        return in;
      }
      if (semantics == UsageSemantics.AUTO) {
        flags.add("inclusive-delta");
      }
      return in - cached;
    }

    /** Rule Z: a zero never replaces a number above it in the order of belief, or before it. */
    private @Nullable Long inputSide(String name) {
      Long believed = null;
      for (String source : List.of("message_delta", "message_stop", "message_start")) {
        Long own = null;
        for (Event event : events) {
          if (event.name().equals(source) && event.usage() != null) {
            own = replaced(own, count(event.usage(), name));
          }
        }
        believed = replaced(own, believed);
      }
      return believed;
    }

    private @Nullable Long replaced(@Nullable Long earlier, @Nullable Long later) {
      if (later != null && later == 0 && earlier != null && earlier > 0) {
        flags.add("zero-after-nonzero");
        return earlier;
      }
      return later == null ? earlier : later;
    }

    private @Nullable Long last(String name, String... sources) {
      for (String source : sources) {
        for (Event event : events.reversed()) {
          if (event.name().equals(source) && event.usage() != null) {
            Long value = count(event.usage(), name);
            if (value != null) {
              return value;
            }
          }
        }
      }
      return null;
    }

    private long uses(String name) {
      for (String source : List.of("message_delta", "message_stop", "message_start")) {
        for (Event event : events.reversed()) {
          if (event.name().equals(source) && event.usage() != null) {
            Long value = count(event.usage(), "server_tool_use", name);
            if (value != null) {
              return value;
            }
          }
        }
      }
      return 0;
    }

    /** The split is one object: its members are never taken from two of them. */
    private long[] split(@Nullable Long written) {
      long[] split = null;
      for (String source : List.of("message_delta", "message_stop", "message_start")) {
        long[] own = null;
        for (Event event : events) {
          if (event.name().equals(source) && event.usage() != null) {
            own = replaced(own, splitOf(event.usage()));
          }
        }
        split = replaced(own, split);
      }
      long total = written == null ? 0 : written;
      if (split == null) {
        return new long[] {total, 0};
      }
      long sum = split[0] + split[1];
      if (written != null && sum < total) {
        flags.add("cache-split-below-total");
        return new long[] {total - split[1], split[1]};
      }
      if (written != null && sum > total) {
        flags.add("cache-split-above-total");
      }
      return split;
    }

    private long @Nullable [] replaced(long @Nullable [] earlier, long @Nullable [] later) {
      if (later == null) {
        return earlier;
      }
      if (earlier != null && later[0] + later[1] == 0 && earlier[0] + earlier[1] > 0) {
        flags.add("zero-after-nonzero");
        return earlier;
      }
      return later;
    }

    private static long @Nullable [] splitOf(Map<String, Object> usage) {
      Long five = count(usage, "cache_creation", "ephemeral_5m_input_tokens");
      Long hour = count(usage, "cache_creation", "ephemeral_1h_input_tokens");
      return five == null && hour == null
          ? null
          : new long[] {five == null ? 0 : five, hour == null ? 0 : hour};
    }
  }
}
