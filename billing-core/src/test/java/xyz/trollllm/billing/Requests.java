package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicLong;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/** Requests to hold and settle, with everything that does not matter filled in. */
public final class Requests {
  public static final Duration LIFETIME = Duration.ofMinutes(15);

  private static final ModelConfig SONNET =
      Models.model(
          "claude-sonnet-4-5",
          new ModelPricing(
              new TokenPrices(usd("3"), usd("15"), usd("3.75"), usd("6"), usd("0.30")),
              List.of(),
              new RequestFees(usd("0.01"), usd("0")),
              usd("1.06")));

  private static final AtomicLong IDS = new AtomicLong();

  private Requests() {}

  /** An id that no other request of this process has. */
  public static String nextId() {
    return "req-" + IDS.incrementAndGet();
  }

  public static HoldRequest hold(String userId, CreditField field, String usd) {
    return new HoldRequest(nextId(), userId, field, Usd.of(usd), LIFETIME);
  }

  public static Settlement settlement(Hold hold, String usd) {
    return settlement(hold, Usd.of(usd));
  }

  public static Settlement settlement(Hold hold, Usd charge) {
    return new Settlement(hold, charge, Settlement.Outcome.OK, record("sha256:0123456789abcdef"));
  }

  /** A request that ended in any way. */
  public static Settlement settlement(
      Hold hold, Settlement.Outcome outcome, Usd charge, Basis basis) {
    RequestRecord usual = record("sha256:0123456789abcdef");
    return new Settlement(
        hold, charge, outcome, record(usual.keyId(), usual.usage(), usual.cost(), basis));
  }

  public static RequestRecord record(String keyId) {
    TokenUsage usage =
        new TokenUsage(
            new TokenCounts(10, 20, 30, 40, 50),
            2,
            0,
            TokenUsage.ServiceOptions.DEFAULT,
            List.of());
    return record(keyId, usage, PriceBook.of(List.of(SONNET)).cost(SONNET, usage));
  }

  public static RequestRecord record(String keyId, TokenUsage usage, Cost cost) {
    return record(keyId, usage, cost, Basis.UPSTREAM);
  }

  private static RequestRecord record(String keyId, TokenUsage usage, Cost cost, Basis basis) {
    return new RequestRecord(
        keyId,
        "openhands",
        "anthropic",
        "claude-sonnet-4-5",
        "openhands",
        "claude-sonnet-4-5-20250929",
        true,
        usage,
        basis,
        new TreeSet<>(List.of("served-model-differs")),
        cost,
        200,
        Instant.parse("2026-11-22T10:00:00Z"),
        Duration.ofMillis(1234));
  }

  private static BigDecimal usd(String amount) {
    return new BigDecimal(amount);
  }
}
