package xyz.trollllm.proxy.wire;

import static xyz.trollllm.proxy.wire.RandomStreams.REQUEST_BYTES;
import static xyz.trollllm.proxy.wire.RandomStreams.TEXT;
import static xyz.trollllm.proxy.wire.RandomUsage.count;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
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
 * Random streams of chat completions are metered as a reducer says that was written down from the
 * rules alone: the last number of each member stands, a zero in both directions is a placeholder,
 * and cached tokens are part of the prompt unless they exceed it.
 */
final class ChatMergeTest {
  @ParameterizedTest
  @EnumSource
  void randomStreamsAreMergedByTheRules(UsageSemantics semantics) {
    RandomStreams.areMeteredAsExpected(
        Api.OPENAI_CHAT,
        semantics,
        (random, usages) -> {
          List<Map<String, Object>> chunks = new ArrayList<>();
          for (int n = random.nextInt(4); n > 0; n--) {
            chunks.add(usages.chat());
          }
          return new Drawn(text(chunks), new Reducer(chunks, semantics).finish());
        });
  }

  private static String text(List<Map<String, Object>> chunks) {
    StringBuilder text =
        new StringBuilder(
            "data: {\"choices\":[{\"delta\":{\"content\":\"" + TEXT + "\"}}],\"usage\":null}\n\n");
    for (Map<String, Object> chunk : chunks) {
      text.append("data: {\"choices\":[],\"usage\":")
          .append(RandomUsage.json(chunk))
          .append("}\n\n");
    }
    return text.append("data: [DONE]\n\n").toString();
  }

  /** The merge, the split, what includes what, and what is missing: rule by rule. */
  private static final class Reducer {
    private final List<Map<String, Object>> real = new ArrayList<>();
    private final UsageSemantics semantics;
    private final Set<String> flags = new TreeSet<>();

    Reducer(List<Map<String, Object>> chunks, UsageSemantics semantics) {
      this.semantics = semantics;
      for (Map<String, Object> chunk : chunks) {
        if (!isPlaceholder(chunk) || !seen()) {
          real.add(chunk);
        } else if (count(chunk, "prompt_tokens") != null) {
          flags.add("zero-after-nonzero");
        }
      }
    }

    private static boolean isPlaceholder(Map<String, Object> chunk) {
      Long prompt = count(chunk, "prompt_tokens");
      Long completion = count(chunk, "completion_tokens");
      return (prompt == null || prompt == 0) && (completion == null || completion == 0);
    }

    /** Whether what counts so far is more than a placeholder. */
    private boolean seen() {
      Long prompt = inputSide(false, "prompt_tokens");
      Long completion = completion();
      return (prompt != null && prompt > 0) || (completion != null && completion > 0);
    }

    Expected finish() {
      boolean reported = seen();
      Long prompt = inputSide(true, "prompt_tokens");
      long read =
          orZero(
              first(
                  inputSide(true, "cache_read_input_tokens"),
                  inputSide(true, "prompt_tokens_details", "cached_tokens"),
                  inputSide(true, "cached_tokens")));
      long[] writes =
          split(
              first(
                  inputSide(true, "cache_creation_input_tokens"),
                  inputSide(true, "prompt_tokens_details", "cache_creation_tokens"),
                  inputSide(true, "prompt_tokens_details", "cache_write_tokens")));
      long cached = writes[0] + writes[1] + read;
      Long completion = completion();
      Long uncached = uncached(prompt, cached);

      long out = orZero(completion);
      Basis basis = Basis.UPSTREAM;
      if (completion == null || !reported) {
        out = Math.max(out, TEXT.length() / 4);
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
          new TokenCounts(orZero(uncached), writes[0], writes[1], read, out), 0, 0, basis, flags);
    }

    private @Nullable Long completion() {
      Long last = null;
      for (Map<String, Object> chunk : real) {
        Long count = count(chunk, "completion_tokens");
        last = count == null ? last : count;
      }
      return last;
    }

    private @Nullable Long inputSide(boolean flagged, String... path) {
      Long value = null;
      for (Map<String, Object> chunk : real) {
        Long later = count(chunk, path);
        if (later != null && later == 0 && value != null && value > 0) {
          if (flagged) {
            flags.add("zero-after-nonzero");
          }
        } else {
          value = later == null ? value : later;
        }
      }
      return value;
    }

    /** Several members of one meaning: the first that came, unless it is zero and another not. */
    private @Nullable Long first(@Nullable Long... members) {
      Long first = null;
      for (Long member : members) {
        if (first == null) {
          first = member;
        } else if (first == 0 && member != null && member > 0) {
          flags.add("conflicting-cache-counts");
          first = member;
        }
      }
      return first;
    }

    private @Nullable Long uncached(@Nullable Long prompt, long cached) {
      if (prompt == null) {
        return cached > 0 ? 0L : null;
      }
      if (semantics == UsageSemantics.EXCLUSIVE) {
        return prompt;
      }
      if (cached <= prompt) {
        return prompt - cached;
      }
      flags.add("exclusive-usage");
      return prompt;
    }

    private long[] split(@Nullable Long written) {
      long[] split = null;
      for (Map<String, Object> chunk : real) {
        Long five = lifetime(chunk, "ephemeral_5m_input_tokens");
        Long hour = lifetime(chunk, "ephemeral_1h_input_tokens");
        if (five != null || hour != null) {
          long[] later = {orZero(five), orZero(hour)};
          if (split != null && later[0] + later[1] == 0 && split[0] + split[1] > 0) {
            flags.add("zero-after-nonzero");
          } else {
            split = later;
          }
        }
      }
      long total = orZero(written);
      if (split == null) {
        return new long[] {total, 0};
      }
      if (written != null && split[0] + split[1] < total) {
        flags.add("cache-split-below-total");
        return new long[] {total - split[1], split[1]};
      }
      if (written != null && split[0] + split[1] > total) {
        flags.add("cache-split-above-total");
      }
      return split;
    }

    private static @Nullable Long lifetime(Map<String, Object> chunk, String name) {
      return count(chunk, "prompt_tokens_details", "cache_creation_token_details", name);
    }

    private static long orZero(@Nullable Long count) {
      return count == null ? 0 : count;
    }
  }
}
