package xyz.trollllm.config;

import java.util.List;

/** The kinds of object a configuration file is made of, and every key that each may have. */
enum ConfigSection {
  INSTANCE(
      "$schema",
      "instance",
      "service",
      "public_host",
      "port",
      "ops_port",
      "max_body_bytes",
      "ping_seconds",
      "journal",
      "rate_limit",
      "store_outage",
      "user_agent",
      "system_prompt",
      "endpoints",
      "upstreams",
      "models"),

  JOURNAL("directory", "sync", "segment_bytes"),

  RATE_LIMIT("requests_per_minute"),

  STORE_OUTAGE("admit", "grace_usd_per_account"),

  ENDPOINT("name", "base_url"),

  UPSTREAM(
      "name",
      "api_key_variable",
      "auth",
      "max_connections",
      "requests_per_minute",
      "tokens_per_minute",
      "connect_timeout_seconds",
      "response_timeout_seconds",
      "idle_timeout_seconds"),

  MODEL(
      "name",
      "id",
      "id_aliases",
      "type",
      "upstream",
      "upstream_model_id",
      "usage_semantics",
      "billing_upstream",
      "billing_multiplier",
      "input_price_per_mtok",
      "output_price_per_mtok",
      "cache_write_price_per_mtok",
      "cache_write_1h_price_per_mtok",
      "cache_hit_price_per_mtok",
      "batch_input_price_per_mtok",
      "batch_output_price_per_mtok",
      "long_context_tiers",
      "request_fees",
      "price_factors",
      "fast_prices",
      "max_input_tokens",
      "max_output_tokens",
      "max_media_tokens",
      "max_sub_inferences",
      "estimate_characters_per_token",
      "on_low_balance",
      "drain_after_disconnect",
      "reasoning",
      "thinking_budget"),

  LONG_CONTEXT_TIER(
      "above_input_tokens",
      "input_price_per_mtok",
      "output_price_per_mtok",
      "cache_write_price_per_mtok",
      "cache_write_1h_price_per_mtok",
      "cache_hit_price_per_mtok"),

  REQUEST_FEES("web_search", "web_fetch"),

  PRICE_FACTORS("batch", "flex", "priority", "inference_geo_us"),

  FAST_PRICES(
      "input_price_per_mtok",
      "output_price_per_mtok",
      "cache_write_price_per_mtok",
      "cache_write_1h_price_per_mtok",
      "cache_hit_price_per_mtok"),

  MAX_MEDIA_TOKENS("image", "document", "audio"),

  DRAIN_AFTER_DISCONNECT("max_seconds", "max_cost_usd");

  private static final String COMMENT = "_comment";

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> keys;

  ConfigSection(String... keys) {
    this.keys = List.of(keys);
  }

  /** Every key that means something, in the order that documentation lists them. */
  List<String> keys() {
    return keys;
  }

  /** Whether {@code key} is for people only; such keys are allowed in every section. */
  static boolean isComment(String key) {
    return key.startsWith(COMMENT);
  }
}
