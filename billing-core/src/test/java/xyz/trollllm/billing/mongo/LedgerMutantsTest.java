package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each deliberate mistake is found by some plan; were it not, the enumeration would prove little.
 */
final class LedgerMutantsTest {

  @ParameterizedTest
  @EnumSource
  void deliberateMistakeIsFound(Mutant mutant) {
    FaultEnumerator enumerator =
        new FaultEnumerator(StoreUnderTest::withoutDriver, mutant.mistake());

    Optional<FaultEnumerator.Finding> finding = enumerator.findAny();

    finding.ifPresent(found ->
        System.out.printf(
            "%s: found by plan %d, %s: %s%n",
            mutant, enumerator.plans(), found.plan(), found.violations().getFirst()));
    assertThat(finding).as("a plan that finds %s", mutant).isPresent();
  }
}
