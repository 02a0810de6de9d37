package xyz.trollllm.config;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import xyz.trollllm.config.JsonValue.JsonArray;

/** Reads {@code models}. One per file: it remembers which ids are taken. */
final class ModelReader {
  /** Also a bound of what one request can cost, see {@link Decimals}. */
  private static final long MOST_TOKENS = 100_000_000;

  static final Rule<Long> TOKENS = Rules.wholeNumber(1, MOST_TOKENS);

  private static final Rule<String> ID =
      Rules.textLike("[^\\s\\p{Cntrl}]{1,200}", "a model id without spaces");

  private static final Rule<CreditField> BILLING_UPSTREAM =
      Rules.oneOf(
          Arrays.stream(CreditField.values())
              .collect(toMap(CreditField::billingUpstream, identity())));

  private static final Rule<UsageSemantics> USAGE_SEMANTICS =
      Rules.oneOf(
          Arrays.stream(UsageSemantics.values())
              .collect(toMap(value -> value.name().toLowerCase(Locale.ROOT), identity())));

  private static final Rule<String> UPSTREAM_MODEL_ID = upstreamModelId();

  private final Map<String, ?> endpoints;
  private final Map<String, String> pathsById = new HashMap<>();

  /**
   * @param endpoints the endpoints of every upstream, by its name
   */
  ModelReader(Map<String, ?> endpoints) {
    this.endpoints = endpoints;
  }

  ModelConfig read(ObjectReader json) {
    String id = json.required("id", ID, "");
    if (!id.isEmpty()) {
      take(id, json, json.path("id"));
    }
    long maxInputTokens = json.required("max_input_tokens", TOKENS, MOST_TOKENS);
    ModelConfig model =
        new ModelConfig(
            json.optional("name", Rules.label(), id),
            id,
            aliases(json),
            json.optional("type", Rules.label(), "other"),
            upstream(json),
            json.optional("upstream_model_id", UPSTREAM_MODEL_ID, id),
            json.required("billing_upstream", BILLING_UPSTREAM, CreditField.CREDITS),
            PricingReader.read(json, maxInputTokens),
            maxInputTokens,
            json.required("max_output_tokens", TOKENS, MOST_TOKENS),
            json.optional("usage_semantics", USAGE_SEMANTICS, UsageSemantics.AUTO),
            PolicyReader.read(json));
    warnOfKeysWithoutEffect(json);
    json.rejectUnknownKeys();
    return model;
  }

  private List<String> aliases(ObjectReader json) {
    List<String> aliases = new ArrayList<>();
    for (ObjectReader.Item<String> alias : json.items("id_aliases", ID)) {
      take(alias.value(), json, alias.path());
      aliases.add(alias.value());
    }
    return aliases;
  }

  private void take(String id, ObjectReader json, String path) {
    String earlier = pathsById.putIfAbsent(id, path);
    if (earlier != null) {
      json.errorAt(path, Quoted.of(id) + " is already taken by " + earlier);
    }
  }

  private String upstream(ObjectReader json) {
    String upstream = json.required("upstream", Rules.label(), "");
    if (!upstream.isEmpty() && !endpoints.isEmpty() && !endpoints.containsKey(upstream)) {
      json.error("upstream", UpstreamsReader.noEndpoint(upstream, endpoints));
    }
    return upstream;
  }

  /** The older implementation took an array here and substituted one of its models at random. */
  private static Rule<String> upstreamModelId() {
    return Rules.rule(
        ID.allowed(),
        value ->
            value instanceof JsonArray
                ? new Rule.Reading.Refused<>(
                    "must be one string, was an array: requests are answered by the model that"
                        + " this file names, random substitution is not supported")
                : ID.read(value));
  }

  private static void warnOfKeysWithoutEffect(ObjectReader json) {
    String noEffect = "is set, but changes nothing yet: ";
    for (String key : List.of("batch_input_price_per_mtok", "batch_output_price_per_mtok")) {
      json.optional(key, Decimals.PRICE)
          .ifPresent(_ -> json.warning(key, noEffect + "there is no batch API"));
    }
    if (json.optional("reasoning", Rules.trueOrFalse(), false)) {
      json.warning("reasoning", noEffect + "clients choose reasoning themselves");
    }
    if (json.optional("thinking_budget", Rules.wholeNumber(0, MOST_TOKENS), 0L) > 0) {
      json.warning("thinking_budget", noEffect + "clients choose their budget themselves");
    }
  }
}
