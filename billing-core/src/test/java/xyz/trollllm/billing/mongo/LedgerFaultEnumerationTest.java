package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.UnaryOperator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * No fault of one call, and no two, lose or double anything. All single faults are tried and a
 * share of all pairs, always the same; {@code -Dledger.pairs=1} tries all pairs.
 */
final class LedgerFaultEnumerationTest {
  private static final double SHARE =
      Double.parseDouble(System.getProperty("ledger.pairs", "0.01"));

  private static final long SEED = 20_261_123L;

  @ParameterizedTest
  @EnumSource
  void faultsLoseAndDoubleNothing(FaultScenario scenario) {
    FaultEnumerator enumerator =
        new FaultEnumerator(StoreUnderTest::withoutDriver, UnaryOperator.identity());

    enumerator.run(scenario, SHARE, RandomGeneratorFactory.of("L64X128MixRandom").create(SEED));

    System.out.printf(
        "%s: %d plans, %d violations%n",
        scenario, enumerator.plans(), enumerator.findings().size());
    assertThat(enumerator.findings()).isEmpty();
  }
}
