package xyz.trollllm.proxy.admission;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.wire.RequestReader;
import xyz.trollllm.proxy.wire.RequestReading;
import xyz.trollllm.proxy.wire.RequestSummary;

/**
 * A random request, and what an upstream may report of it that keeps to the request's limits. What
 * is allowed is noted while the request is written, and not read from it again.
 */
final class HonestExchange {
  /** What upstreams may add to a prompt, and how often they use a tool that has no limit. */
  private static final int UNSEEN_TOKENS = 1024;

  private static final int UNSTATED_USES = 20;

  private final Random random;
  private final Route route;
  private final ModelConfig model;
  private final List<String> members = new ArrayList<>();
  private final List<String> tools = new ArrayList<>();
  private final StringBuilder content = new StringBuilder();
  private long promptTokens = UNSEEN_TOKENS;
  private long choices = 1;
  private long maxTokens;
  private @Nullable String askedTier;
  private @Nullable String askedGeo;
  private boolean fast;
  private long searches;
  private long fetches;
  private boolean compacts;
  private boolean advised;

  final ByteBuffer body;
  final RequestSummary summary;

  HonestExchange(Random random, Route route) {
    this.random = random;
    this.route = route;
    this.model = route.model();
    this.maxTokens = model.maxOutputTokens();
    write();
    this.body = ByteBuffer.wrap(("{" + String.join(",", members) + "}").getBytes(UTF_8));
    this.summary =
        switch (RequestReader.read(route.api(), body)) {
          case RequestReading.Read(RequestSummary read) -> read;
          case RequestReading.Invalid(String message) -> throw new AssertionError(message);
        };
  }

  private void write() {
    members.add("\"model\":\"m\"");
    limits();
    options();
    tools();
    for (int part = random.nextInt(4); part >= 0; part--) {
      part();
    }
    content.setLength(content.length() - 1);
    members.add("\"messages\":[{\"role\":\"user\",\"content\":[" + content + "]}]");
    if (!tools.isEmpty()) {
      members.add("\"tools\":[" + String.join(",", tools) + "]");
      promptTokens += model.maxInputTokens();
    }
  }

  private void limits() {
    boolean openAi = route.api() != Api.ANTHROPIC_MESSAGES;
    if (!openAi || random.nextBoolean()) {
      maxTokens = openAi ? 1 + random.nextLong(maxTokens) : random.nextLong(maxTokens + 1);
      members.add("\"max_tokens\":" + maxTokens);
    }
    if (openAi && random.nextInt(3) == 0) {
      choices = random.nextLong(1, 5);
      members.add("\"n\":" + choices);
    }
  }

  private void options() {
    if (random.nextInt(3) == 0) {
      askedTier = pick("auto", "default", "standard_only", "flex", "priority");
      members.add("\"service_tier\":\"" + askedTier + "\"");
    }
    if (random.nextInt(3) == 0) {
      askedGeo = pick("us", "global");
      members.add("\"inference_geo\":\"" + askedGeo + "\"");
    }
    fast = random.nextInt(4) == 0;
    if (fast) {
      members.add("\"speed\":\"fast\"");
    }
    compacts = random.nextInt(5) == 0;
    if (compacts) {
      members.add("\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]}");
    }
  }

  private void tools() {
    if (random.nextInt(4) == 0) {
      searches = tool("web_search_20250305", "", UNSTATED_USES, 30);
    }
    if (random.nextInt(6) == 0) {
      fetches = tool("web_fetch_20250910", "", UNSTATED_USES, 30);
    }
    if (random.nextInt(6) == 0) {
      advised = true;
      String adviser = ",\"model\":\"" + RandomModels.ADVISER + "\"";
      tool("advisor_20260301", adviser, 0, model.policy().maxSubInferences());
    }
  }

  private long tool(String type, String more, long unstated, int most) {
    boolean stated = random.nextBoolean();
    long uses = stated ? random.nextInt(most + 1) : unstated;
    String limit = stated ? ",\"max_uses\":" + uses : "";
    tools.add("{\"name\":\"x\"" + limit + ",\"type\":\"" + type + "\"" + more + "}");
    return uses;
  }

  private void part() {
    switch (random.nextInt(6)) {
      case 0 -> medium("image/png", model.policy().mediaTokens().image());
      case 1 -> medium("application/pdf", model.policy().mediaTokens().document());
      case 2 -> medium("audio/wav", model.policy().mediaTokens().audio());
      default -> {
        String text = pick("a", "é", "日本", "word ").repeat(random.nextInt(120));
        promptTokens += text.getBytes(UTF_8).length;
        content.append("{\"type\":\"text\",\"text\":\"").append(text).append("\"},");
      }
    }
  }

  /** A medium whose bytes say nothing about its tokens. */
  private void medium(String type, OptionalLong bound) {
    String data = "A".repeat(random.nextInt(1000));
    promptTokens += bound.orElse(model.maxInputTokens());
    content.append(
        route.api() == Api.ANTHROPIC_MESSAGES
            ? "{\"source\":{\"data\":\"%s\",\"type\":\"base64\",\"media_type\":\"%s\"},\"type\":\"x\"},"
                .formatted(data, type)
            : "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:%s;base64,%s\"}},"
                .formatted(type, data));
  }

  /**
   * What the upstream reports if each answer may have {@code most} tokens; in every second case the
   * largest numbers that are honest.
   */
  TokenUsage answer(long most) {
    long prompt = upTo(Math.min(promptTokens, model.maxInputTokens()));
    return new TokenUsage(
        counts(prompt, upTo(Math.multiplyExact(choices, most))),
        upTo(searches),
        upTo(fetches),
        new ServiceOptions(servedTier(), fast ? pick("fast", "standard") : null, servedGeo()),
        subInferences());
  }

  long maxTokens() {
    return maxTokens;
  }

  private @Nullable String servedTier() {
    return switch (askedTier) {
      case "flex" -> pick("flex", "default");
      case "priority" -> pick("priority", "default", "standard");
      case "default", "standard_only" -> pick("default", "standard");
      case null, default -> pick("priority", "batch", "flex", "default", "standard", "scale");
    };
  }

  private @Nullable String servedGeo() {
    return askedGeo == null ? pick("us", "global", "not_available") : askedGeo;
  }

  private List<SubInference> subInferences() {
    if (!compacts && !advised) {
      return List.of();
    }
    return Stream.generate(this::subInference)
        .limit(upTo(model.policy().maxSubInferences()))
        .toList();
  }

  private SubInference subInference() {
    boolean advice = advised && (!compacts || random.nextBoolean());
    ModelConfig by =
        advice ? route.prices().reported(RandomModels.ADVISER, model).orElseThrow() : model;
    return new SubInference(
        advice ? "advisor_message" : "compaction",
        advice ? RandomModels.ADVISER : null,
        counts(upTo(by.maxInputTokens()), upTo(by.maxOutputTokens())));
  }

  private TokenCounts counts(long prompt, long output) {
    long[] kinds = new long[4];
    if (random.nextBoolean()) {
      kinds[random.nextInt(4)] = prompt;
    } else {
      long left = prompt;
      for (int kind = 0; kind < 3; kind++) {
        kinds[kind] = random.nextLong(left + 1);
        left -= kinds[kind];
      }
      kinds[3] = left;
    }
    return new TokenCounts(kinds[0], kinds[1], kinds[2], kinds[3], output);
  }

  private long upTo(long most) {
    return random.nextBoolean() ? most : random.nextLong(most + 1);
  }

  private String pick(String... values) {
    return values[random.nextInt(values.length)];
  }
}
