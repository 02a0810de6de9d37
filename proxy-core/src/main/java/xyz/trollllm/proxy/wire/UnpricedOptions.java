package xyz.trollllm.proxy.wire;

import java.util.Set;
import tools.jackson.core.JsonToken;

/**
 * Options that no configuration can have a price for: they send a request to another model, make
 * somebody else pay, or let the client overrule what the gateway routed. Requests that use them are
 * refused rather than billed too low.
 *
 * <p>{@code fallbacks} and {@code billing_policy} are Anthropic's, {@code search_parameters} is
 * xAI's, {@code plugins}, {@code models}, {@code route}, {@code provider} and {@code preset} are
 * OpenRouter's, and LiteLLM reads its own fallback options from bodies in either API.
 */
final class UnpricedOptions {
  private static final Set<String> OTHER_MODELS_OR_FEES =
      Set.of(
          "fallbacks",
          "context_window_fallbacks",
          "context_window_fallback_dict",
          "content_policy_fallbacks",
          "model_list",
          "models",
          "plugins",
          "preset",
          "provider",
          "route",
          "search_parameters",
          "user_config",
          "billing_policy");

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

  /** Refuses the member {@code key}, whose value the cursor stands on, if it is one of them. */
  static void refuse(String key, RequestCursor cursor) throws InvalidRequest {
    String name = JsonKeys.folded(key);
    if (OPERATORS_ONLY.contains(name)) {
      throw cursor.refused("$." + name, "this option is the gateway's own, leave it out");
    }
    if (OTHER_MODELS_OR_FEES.contains(name) && !cursor.at(JsonToken.VALUE_NULL)) {
      throw cursor.refused("$." + name, "this gateway has no price for this option, leave it out");
    }
  }
}
