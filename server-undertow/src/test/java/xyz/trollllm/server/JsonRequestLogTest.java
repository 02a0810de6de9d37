package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;
import xyz.trollllm.config.UsageSemantics;
import xyz.trollllm.proxy.RequestLogEntry;

final class JsonRequestLogTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final String[] KINDS = {
    "input", "cache_write_5m", "cache_write_1h", "cache_hit", "output"
  };

  private static final ModelConfig SONNET =
      new ModelConfig(
          "sonnet",
          "sonnet",
          List.of(),
          "anthropic",
          "openhands",
          "sonnet",
          CreditField.CREDITS,
          new ModelPricing(
              new TokenPrices(usd("3"), usd("15"), usd("3.75"), usd("6"), usd("0.30")),
              List.of(),
              new RequestFees(usd("0.01"), null),
              new PriceFactors(usd("0.5"), null, null, null),
              null,
              usd("1.06")),
          200_000,
          64_000,
          UsageSemantics.AUTO);

  /** By the formula of docs/records.md, from nothing but the line. */
  @Test
  void chargeCanBeComputedAgainFromTheLineAlone() {
    TokenUsage usage =
        new TokenUsage(
            new TokenCounts(11, 22, 33, 44, 55),
            2,
            1,
            new ServiceOptions("batch", null, "us"),
            List.of(new SubInference("compaction", null, new TokenCounts(6, 7, 8, 9, 10))));

    JsonNode line = line(usage);

    assertThat(charge(line)).isEqualTo(line.path("cost_nano_usd").longValue()).isPositive();
    assertThat(line.path("service_tier").stringValue()).isEqualTo("batch");
    assertThat(line.path("inference_geo").stringValue()).isEqualTo("us");
    assertThat(line.has("speed")).isFalse();
    assertThat(line.path("items").get(1).path("kind").stringValue()).isEqualTo("compaction");
    assertThat(line.path("items").get(1).path("model").stringValue()).isEqualTo("sonnet");
    assertThat(line.path("fees").get(1).has("usd")).as("a tool without a fee").isFalse();
    assertThat(line.path("flags").toString())
        .isEqualTo("[\"unpriced-inference-geo\",\"unpriced-web-fetch\"]");
  }

  private static JsonNode line(TokenUsage usage) {
    Cost cost = PriceBook.of(List.of(SONNET)).cost(SONNET, usage);
    RequestRecord record =
        new RequestRecord(
            "sha256:0123456789abcdef",
            "openhands",
            "anthropic",
            SONNET.id(),
            "openhands",
            null,
            false,
            usage,
            Basis.UPSTREAM,
            new TreeSet<>(cost.flags()),
            cost,
            200,
            NOW,
            Duration.ofMillis(5));
    Hold hold = new Hold("req-1", "ann", CreditField.CREDITS, Usd.of("1"), NOW.plusSeconds(60));
    Settlement settlement = new Settlement(hold, cost.charge(), Settlement.Outcome.OK, record);
    List<String> lines = new ArrayList<>();
    new JsonRequestLog(lines::add)
        .write(
            new RequestLogEntry(
                NOW,
                "req-1",
                "openhands",
                "POST",
                "/v1/messages",
                "ann",
                "sha256:0123456789abcdef",
                "sonnet",
                200,
                null,
                null,
                settlement,
                null,
                "taken",
                Duration.ofMillis(3),
                Duration.ofMillis(5),
                null));
    return JsonMapper.builder().build().readTree(lines.getFirst());
  }

  private static long charge(JsonNode line) {
    BigDecimal sum = BigDecimal.ZERO;
    for (JsonNode item : line.path("items")) {
      BigDecimal perMillion = BigDecimal.ZERO;
      for (String kind : KINDS) {
        BigDecimal tokens = new BigDecimal(item.path(kind + "_tokens").longValue());
        perMillion = perMillion.add(decimal(item.path("usd_per_mtok"), kind).multiply(tokens));
      }
      sum = sum.add(perMillion.scaleByPowerOfTen(-6).multiply(decimal(item, "factor")));
    }
    for (JsonNode fee : line.path("fees")) {
      if (fee.has("usd")) {
        BigDecimal count = new BigDecimal(fee.path("count").longValue());
        sum = sum.add(decimal(fee, "usd").multiply(count));
      }
    }
    return sum.multiply(decimal(line, "multiplier"))
        .setScale(9, RoundingMode.HALF_UP)
        .scaleByPowerOfTen(9)
        .longValueExact();
  }

  private static BigDecimal decimal(JsonNode node, String name) {
    return new BigDecimal(node.path(name).stringValue());
  }

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }
}
