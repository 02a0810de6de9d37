package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.load;

import java.math.BigDecimal;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** Every key set to something else than its default, and where it arrives. */
class EveryKeyTest {
  static final String EVERY_KEY =
      """
      {
        "$schema": "x.json", "instance": "one", "service": "goproxy-one",
        "public_host": "one.example", "port": 8004, "ops_port": 1, "max_body_bytes": 2,
        "ping_seconds": 10,
        "journal": {"directory": "/var/lib/x", "sync": "group", "segment_bytes": 1048576},
        "rate_limit": {"requests_per_minute": 3},
        "store_outage": {"admit": "grace", "grace_usd_per_account": "0.5"},
        "user_agent": "agent/1",
        "system_prompt": "Be brief.",
        "endpoints": [
          {"name": "up-anthropic", "base_url": "https://up.example/v1/messages"},
          {"name": "up-openai", "base_url": "https://up.example/v1/chat"},
          {"name": "up-responses", "base_url": "https://up.example/v1/responses"},
          {"name": "up-embeddings", "base_url": "https://up.example/v1/embeddings"}],
        "upstreams": [{
          "name": "up", "api_key_variable": "KEYS", "auth": "both", "max_connections": 4,
          "requests_per_minute": 5, "tokens_per_minute": 6, "connect_timeout_seconds": 7,
          "response_timeout_seconds": 8, "idle_timeout_seconds": 9}],
        "models": [{
          "name": "Model", "id": "m", "id_aliases": ["n"], "type": "t", "upstream": "up",
          "upstream_model_id": "u", "usage_semantics": "inclusive",
          "billing_upstream": "openhands", "billing_multiplier": "1.10",
          "input_price_per_mtok": "11", "output_price_per_mtok": 12,
          "cache_write_price_per_mtok": 13, "cache_write_1h_price_per_mtok": 14.0,
          "cache_hit_price_per_mtok": 1e0, "batch_input_price_per_mtok": 1,
          "batch_output_price_per_mtok": 2,
          "long_context_tiers": [{
            "above_input_tokens": 20, "input_price_per_mtok": 21, "output_price_per_mtok": 22,
            "cache_write_price_per_mtok": 23, "cache_write_1h_price_per_mtok": 24,
            "cache_hit_price_per_mtok": 2.5}],
          "request_fees": {"web_search": 0.01, "web_fetch": 0.02},
          "price_factors": {
            "batch": 0.5, "flex": "0.6", "priority": 2, "inference_geo_us": 1.1},
          "fast_prices": {
            "input_price_per_mtok": 41, "output_price_per_mtok": 42,
            "cache_write_price_per_mtok": 43, "cache_write_1h_price_per_mtok": 44,
            "cache_hit_price_per_mtok": 4.5},
          "max_input_tokens": 30, "max_output_tokens": 31,
          "max_media_tokens": {"image": 51, "document": 52, "audio": 53},
          "max_sub_inferences": 5, "estimate_characters_per_token": 3,
          "on_low_balance": "lower_max_tokens",
          "drain_after_disconnect": {"max_seconds": 61, "max_cost_usd": "0.62"},
          "reasoning": true,
          "thinking_budget": 1024}]
      }
      """;

  @Test
  void everyKeyArrives() {
    assertThat(load(EVERY_KEY))
        .isEqualTo(
            new GatewayConfig(
                "one",
                8004,
                1,
                2,
                Duration.ofSeconds(10),
                new JournalConfig(Path.of("/var/lib/x"), JournalConfig.Sync.GROUP, 1_048_576),
                3,
                new StoreOutage.Grace(new BigDecimal("0.5")),
                Map.of("up", upstream()),
                List.of(model()),
                "one.example",
                "goproxy-one"));
  }

  private static UpstreamConfig upstream() {
    return new UpstreamConfig(
        "up",
        Map.of(
            Api.ANTHROPIC_MESSAGES, URI.create("https://up.example/v1/messages"),
            Api.OPENAI_CHAT, URI.create("https://up.example/v1/chat"),
            Api.OPENAI_RESPONSES, URI.create("https://up.example/v1/responses"),
            Api.OPENAI_EMBEDDINGS, URI.create("https://up.example/v1/embeddings")),
        "KEYS",
        UpstreamConfig.AuthStyle.BOTH,
        4,
        Duration.ofSeconds(7),
        Duration.ofSeconds(8),
        Duration.ofSeconds(9),
        "agent/1",
        5,
        6);
  }

  private static ModelConfig model() {
    return new ModelConfig(
        "Model",
        "m",
        List.of("n"),
        "t",
        "up",
        "u",
        CreditField.CREDITS_NEW,
        new ModelPricing(
            prices("11", "12", "13", "14.0", "1"),
            List.of(new LongContextTier(20, prices("21", "22", "23", "24", "2.5"))),
            new RequestFees(new BigDecimal("0.01"), new BigDecimal("0.02")),
            new PriceFactors(
                new BigDecimal("0.5"),
                new BigDecimal("0.6"),
                new BigDecimal("2"),
                new BigDecimal("1.1")),
            prices("41", "42", "43", "44", "4.5"),
            new BigDecimal("1.10")),
        30,
        31,
        UsageSemantics.INCLUSIVE,
        new ModelPolicy(
            new MediaTokens(OptionalLong.of(51), OptionalLong.of(52), OptionalLong.of(53)),
            LowBalance.LOWER_MAX_TOKENS,
            Optional.of(new DrainLimit(Duration.ofSeconds(61), new BigDecimal("0.62"))),
            5,
            3));
  }

  private static TokenPrices prices(String in, String out, String w5, String w1, String hit) {
    return new TokenPrices(
        new BigDecimal(in),
        new BigDecimal(out),
        new BigDecimal(w5),
        new BigDecimal(w1),
        new BigDecimal(hit));
  }

  @Test
  void keysOfTheOlderImplementationWithoutEffectAreWarnedOf() {
    assertThat(TestConfigs.warnings(EVERY_KEY))
        .containsExactly(
            "$.models[0].batch_input_price_per_mtok: is set, but changes nothing yet: there is no"
                + " batch API",
            "$.models[0].batch_output_price_per_mtok: is set, but changes nothing yet: there is no"
                + " batch API",
            "$.models[0].reasoning: is set, but changes nothing yet: clients choose reasoning"
                + " themselves",
            "$.models[0].thinking_budget: is set, but changes nothing yet: clients choose their"
                + " budget themselves",
            "$.system_prompt: is set, but changes nothing yet: prompts are forwarded as is");
  }
}
