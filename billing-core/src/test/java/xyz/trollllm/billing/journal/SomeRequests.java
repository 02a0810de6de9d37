package xyz.trollllm.billing.journal;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.RandomInstance;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** Requests for journals, as different from each other as they can be. Used by one thread. */
final class SomeRequests {
  private final Random random;
  private final RandomInstance models;

  SomeRequests(long seed) {
    this.random = new Random(seed);
    this.models = new RandomInstance(random);
  }

  Hold hold() {
    CreditField[] fields = CreditField.values();
    return new Hold(
        Requests.nextId(),
        random.nextBoolean() ? "ann" : "Zoë O'Hara $1 𝄞",
        fields[random.nextInt(fields.length)],
        Usd.ofNanos(random.nextLong(1L << 50)),
        Instant.ofEpochMilli(1_800_000_000_000L + random.nextInt()),
        random.nextBoolean());
  }

  Settlement settlement(Hold hold) {
    RandomInstance.Used used = models.used();
    RequestRecord record =
        Requests.record(
            "sha256:0123456789abcdef",
            used.usage(),
            models.prices().cost(used.requested(), used.usage()));
    Basis[] bases = {Basis.PARTIAL, Basis.ESTIMATED, Basis.UPSTREAM};
    return new Settlement(
        hold,
        record.cost().charge(),
        random.nextBoolean() ? Settlement.Outcome.ERROR : Settlement.Outcome.CANCELLED,
        new RequestRecord(
            record.keyId(),
            record.instance(),
            record.api(),
            record.model(),
            record.upstream(),
            random.nextBoolean() ? null : "model " + random.nextInt(),
            random.nextBoolean(),
            record.usage(),
            bases[random.nextInt(bases.length)],
            new TreeSet<>(record.flags()),
            record.cost(),
            random.nextInt(600),
            record.startedAt(),
            record.latency()));
  }

  /** What a request that was sent would cost if nothing came back. */
  static Settlement nothing(Hold hold) {
    Settlement settled = Requests.settlement(hold, Usd.ZERO);
    RequestRecord record = settled.record();
    return new Settlement(
        hold,
        Usd.ZERO,
        Settlement.Outcome.ERROR,
        new RequestRecord(
            record.keyId(),
            record.instance(),
            record.api(),
            record.model(),
            record.upstream(),
            null,
            true,
            TokenUsage.NONE,
            Basis.VOID,
            new TreeSet<>(),
            new Cost(List.of(), List.of(), BigDecimal.ONE, new TreeSet<>()),
            0,
            record.startedAt(),
            record.latency()));
  }
}
