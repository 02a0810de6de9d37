package xyz.trollllm.proxy.wire;

import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Options that make a request dearer than the prices of the model it names, or send it to another
 * model. The configuration has no prices for them, so requests that use them are refused rather
 * than billed too low.
 *
 * <p>{@code speed}, {@code inference_geo}, {@code fallbacks} and {@code billing_policy} are
 * Anthropic's, {@code service_tier: priority} is OpenAI's, and LiteLLM reads its own fallback
 * options from bodies in either API.
 */
final class UnpricedOptions {
  private static final Set<String> OTHER_MODELS =
      Set.of(
          "fallbacks",
          "context_window_fallbacks",
          "context_window_fallback_dict",
          "content_policy_fallbacks",
          "model_list",
          "user_config",
          "billing_policy",
          "compaction");

  /** Options by which LiteLLM would let a client overrule what the gateway routed and priced. */
  private static final Set<String> OPERATORS_ONLY =
      Set.of(
          "api_base",
          "api_key",
          "base_url",
          "custom_llm_provider",
          "extra_body",
          "extra_headers",
          "extra_query",
          "mock_response",
          "mock_tool_calls",
          "router_settings_override",
          "user_model");

  private UnpricedOptions() {}

  /** Refuses the member {@code key}, whose value the cursor stands on, if it has no price here. */
  static void refuse(String key, RequestCursor cursor) throws InvalidRequest {
    boolean unpriced =
        switch (key) {
          case "speed" -> !isNullOr(cursor, "standard");
          case "inference_geo" -> !isNullOr(cursor, "global");
          case "service_tier" ->
              cursor.at(JsonToken.VALUE_STRING) && cursor.string().equals("priority");
          default -> OTHER_MODELS.contains(key) && !cursor.at(JsonToken.VALUE_NULL);
        };
    if (OPERATORS_ONLY.contains(key)) {
      throw cursor.refused("$." + key, "this option is the gateway's own, leave it out");
    }
    if (unpriced) {
      throw cursor.refused("$." + key, "this gateway has no price for this option, leave it out");
    }
  }

  private static boolean isNullOr(RequestCursor cursor, String standard) {
    return cursor.at(JsonToken.VALUE_NULL)
        || (cursor.at(JsonToken.VALUE_STRING) && cursor.string().equals(standard));
  }
}
