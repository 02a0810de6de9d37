package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigInteger;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/**
 * A million random answers at random prices cost, to the last digit, what an oracle in whole
 * numbers says. Another seed or number: {@code -Dcosts.seed=... -Dcosts.count=...}.
 */
final class RandomCostsTest {
  private static final long SEED = Long.getLong("costs.seed", 20_261_123L);
  private static final int COUNT = Integer.getInteger("costs.count", 1_000_000);
  private static final int ANSWERS_PER_INSTANCE = 50;

  @Test
  void randomCostsAgreeWithTheOracle() {
    System.out.println("random costs: seed " + SEED + ", " + COUNT + " answers");
    Random random = new Random(SEED);
    Set<String> flagsSeen = new TreeSet<>();
    RandomInstance instance = new RandomInstance(random);
    for (int i = 0; i < COUNT; i++) {
      if (i % ANSWERS_PER_INSTANCE == 0) {
        instance = new RandomInstance(random);
      }
      RandomInstance.Used used = instance.used();
      CostOracle oracle = new CostOracle(used.plain());

      Cost cost = instance.prices().cost(used.requested(), used.usage());

      BigInteger units = units(cost);
      if (!units.equals(oracle.units())
          || !BigInteger.valueOf(cost.charge().nanos()).equals(oracle.nanos())
          || !cost.flags().equals(oracle.flags())) {
        // Assertions of a million are too slow to be made when there is nothing to say.
        assertThat(units + " " + cost.charge().nanos() + " " + cost.flags())
            .as("answer %d of seed %d: %s", i, SEED, used)
            .isEqualTo(oracle.units() + " " + oracle.nanos() + " " + oracle.flags());
      }
      flagsSeen.addAll(oracle.flags());
    }
    assertThat(flagsSeen)
        .as("what the random answers must have met")
        .containsExactlyInAnyOrder(
            CostFlags.UNPRICED_SERVICE_TIER,
            CostFlags.UNPRICED_SPEED,
            CostFlags.UNPRICED_INFERENCE_GEO,
            CostFlags.UNPRICED_MODEL,
            CostFlags.UNPRICED_WEB_SEARCH,
            CostFlags.UNPRICED_WEB_FETCH,
            CostFlags.LIMITED_CHARGE);
  }

  /** 10^-30 dollars: the finest that six decimals of price, factors and multiplier can make. */
  private static BigInteger units(Cost cost) {
    return cost.total().amount().movePointRight(30).toBigIntegerExact();
  }
}
