package xyz.trollllm.config;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads how requests to a model are bounded and metered. */
final class PolicyReader {
  private static final int MOST_SUB_INFERENCES = 100;
  private static final int MOST_CHARACTERS_PER_TOKEN = 16;
  private static final int LONGEST_DRAIN_SECONDS = 3600;

  private static final Rule<LowBalance> LOW_BALANCE =
      Rules.oneOf(
          Arrays.stream(LowBalance.values())
              .collect(toMap(value -> value.name().toLowerCase(Locale.ROOT), identity())));

  private PolicyReader() {}

  static ModelPolicy read(ObjectReader model) {
    return new ModelPolicy(
        mediaTokens(model),
        model.optional("on_low_balance", LOW_BALANCE, ModelPolicy.DEFAULT.onLowBalance()),
        drain(model),
        model.optional(
            "max_sub_inferences",
            Rules.wholeNumber(0, MOST_SUB_INFERENCES),
            ModelPolicy.DEFAULT.maxSubInferences()),
        model.optional(
            "estimate_characters_per_token",
            Rules.wholeNumber(1, MOST_CHARACTERS_PER_TOKEN),
            ModelPolicy.DEFAULT.charactersPerToken()));
  }

  private static MediaTokens mediaTokens(ObjectReader model) {
    return model
        .object("max_media_tokens", ConfigSection.MAX_MEDIA_TOKENS)
        .map(json -> {
          MediaTokens tokens =
              new MediaTokens(
                  tokens(json, "image"), tokens(json, "document"), tokens(json, "audio"));
          json.rejectUnknownKeys();
          return tokens;
        })
        .orElse(MediaTokens.UNBOUNDED);
  }

  private static OptionalLong tokens(ObjectReader json, String key) {
    return json.optional(key, ModelReader.TOKENS)
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }

  private static Optional<DrainLimit> drain(ObjectReader model) {
    return model
        .object("drain_after_disconnect", ConfigSection.DRAIN_AFTER_DISCONNECT)
        .map(json -> {
          int seconds =
              json.required("max_seconds", Rules.wholeNumber(1, LONGEST_DRAIN_SECONDS), 1);
          BigDecimal cost = json.required("max_cost_usd", Decimals.AMOUNT, BigDecimal.ZERO);
          json.rejectUnknownKeys();
          return new DrainLimit(Duration.ofSeconds(seconds), cost);
        });
  }
}
