package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The random answers would notice if a charge were rounded part by part, or not as written. */
final class RoundingMutantTest {
  private static final long SEED = 20_261_123L;
  private static final int ANSWERS = 1_000;

  @Test
  void roundingEachComponentIsFound() {
    int found = 0;
    int first = -1;
    RandomInstance instance = new RandomInstance(new Random(SEED));
    for (int i = 0; i < ANSWERS; i++) {
      RandomInstance.Used used = instance.used();
      Cost cost = instance.prices().cost(used.requested(), used.usage());
      BigInteger due = new CostOracle(used.plain()).nanos();
      if (!BigInteger.valueOf(roundedByComponent(cost).nanos()).equals(due)) {
        found++;
        first = first < 0 ? i : first;
      }
    }

    System.out.printf(
        "ROUNDS_EACH_COMPONENT: found by %d of %d answers, first by answer %d%n",
        found, ANSWERS, first);
    assertThat(found).isPositive();
  }

  private static Usd roundedByComponent(Cost cost) {
    Usd sum = Usd.ZERO;
    for (CostItem item : cost.items()) {
      sum = sum.plus(new Usd(item.amount().multiply(cost.multiplier())).roundedToNanos());
    }
    for (CostFee fee : cost.fees()) {
      sum = sum.plus(new Usd(fee.amount().multiply(cost.multiplier())).roundedToNanos());
    }
    return sum.compareTo(Cost.MOST) > 0 ? Cost.MOST : sum;
  }
}
