package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Random;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.CostFlags;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.RandomInstance;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

final class LogRowTest {
  private static final Instant NOW = Instant.parse("2026-11-23T10:00:00Z");
  private static final String[] KINDS = {
    "input", "cacheWrite5m", "cacheWrite1h", "cacheHit", "output"
  };

  /** By the formula of docs/records.md, from nothing but the row as it is stored. */
  @Test
  void chargeCanBeComputedAgainFromTheRowAlone() {
    Random random = new Random(5);
    for (int i = 0; i < 5_000; i++) {
      RandomInstance instance = new RandomInstance(random);
      RandomInstance.Used used = instance.used();
      Cost cost = instance.prices().cost(used.requested(), used.usage());
      Hold hold =
          new Hold(Requests.nextId(), "ann", CreditField.CREDITS, Usd.of("1"), NOW.plusSeconds(60));
      Settlement settlement =
          new Settlement(
              hold,
              cost.charge(),
              Settlement.Outcome.OK,
              Requests.record("sha256:0123456789abcdef", used.usage(), cost));

      Document row = PackedRow.unpacked(PackedRow.of(LogRow.of(settlement, "taken", NOW)));

      if (!cost.flags().contains(CostFlags.LIMITED_CHARGE)) {
        assertThat(nanos(row)).as("row %d: %s", i, row).isEqualTo(row.getLong("costN"));
      }
      assertThat(tokens(row)).isEqualTo(row.getLong("tokensUsed"));
    }
  }

  private static long nanos(Document row) {
    BigDecimal sum = BigDecimal.ZERO;
    for (Document item : row.getList("items", Document.class)) {
      Document prices = item.get("prices", Document.class);
      BigDecimal perMillion = BigDecimal.ZERO;
      for (String kind : KINDS) {
        perMillion =
            perMillion.add(
                new BigDecimal(prices.getString(kind))
                    .multiply(new BigDecimal(item.getLong(kind))));
      }
      sum = sum.add(perMillion.scaleByPowerOfTen(-6).multiply(decimal(item, "factor")));
    }
    for (Document fee : row.getList("fees", Document.class)) {
      if (fee.getString("usd") != null) {
        sum = sum.add(decimal(fee, "usd").multiply(new BigDecimal(fee.getLong("count"))));
      }
    }
    return sum.multiply(decimal(row, "multiplier"))
        .setScale(9, RoundingMode.HALF_UP)
        .scaleByPowerOfTen(9)
        .longValueExact();
  }

  private static long tokens(Document row) {
    long tokens = 0;
    for (Document item : row.getList("items", Document.class)) {
      for (String kind : KINDS) {
        tokens += item.getLong(kind);
      }
    }
    return tokens;
  }

  private static BigDecimal decimal(Document document, String key) {
    return new BigDecimal(document.getString(key));
  }
}
