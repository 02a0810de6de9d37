package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UserCommandTest extends StoreCommandTest {

  @Test
  void createdUserIsShownWithItsBalances() {
    Run created = gateway("user", "create", "ann", "--credits", "5", "--credits-new=7.25");
    Run shown = gateway("user", "show", "ann");

    assertThat(created.exitCode()).isZero();
    assertThat(shown.out())
        .isEqualTo(
            """
            ann
              credits    5 USD, 0 held, 0 spent
              creditsNew 7.25 USD, 0 held, 0 spent
            """);
  }

  @Test
  void existingUserIsLeftAlone() {
    gateway("user", "create", "ann", "--credits", "5");

    Run again = gateway("user", "create", "ann", "--credits", "50");

    assertThat(again.exitCode()).isEqualTo(65);
    assertThat(again.err()).isEqualTo("gateway: there is a user ann already\n");
    assertThat(gateway("user", "show", "ann").out()).contains("credits    5 USD");
  }

  @Test
  void topUpAddsToOneFieldOnly() {
    gateway("user", "create", "ann", "--credits", "5");

    Run added = gateway("user", "top-up", "ann", "--field", "creditsNew", "0.000000001");
    Run taken = gateway("user", "top-up", "ann", "--field", "credits", "--", "-1.5");

    assertThat(added.out()).contains("credits    5 USD").contains("creditsNew 0.000000001 USD");
    assertThat(taken.out()).contains("credits    3.5 USD");
    assertThat(gateway("audit").exitCode()).isZero();
  }

  @Test
  void listsEverybody() {
    gateway("user", "create", "bob");
    gateway("user", "create", "ann");
    gateway("user", "disable", "bob");

    assertThat(gateway("user", "list").out())
        .containsSubsequence("ann\n", "bob (disabled)\n", "2 user(s)\n");
  }

  @Test
  void disabledUserIsEnabledAgain() {
    gateway("user", "create", "ann");

    assertThat(gateway("user", "disable", "ann").out()).startsWith("ann (disabled)\n");
    assertThat(gateway("user", "enable", "ann").out()).startsWith("ann\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"show", "disable", "enable"})
  void unknownUserIsSaidToBeUnknown(String command) {
    Run run = gateway("user", command, "nobody");

    assertThat(run.exitCode()).isEqualTo(65);
    assertThat(run.err()).isEqualTo("gateway: there is no user nobody\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1e3", "five", "0.0000000001", "NaN", ""})
  void amountsAreDecimalsOfDollars(String amount) {
    Run run = gateway("user", "create", "ann", "--credits", amount);

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).contains("is not an amount in US dollars");
  }

  @Test
  void fieldIsOneOfTheTwo() {
    Run run = gateway("user", "top-up", "ann", "--field", "openhands", "1");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).contains("'openhands' must be credits or creditsNew");
  }

  @Test
  void needsADatabase() {
    Run without = run("user", "list");
    Run silent =
        run(
            Map.of("MONGODB_URI", "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=50"),
            "user",
            "list");

    assertThat(without.exitCode()).isEqualTo(78);
    assertThat(without.err()).startsWith("gateway: MONGODB_URI is not set").hasLineCount(1);
    assertThat(silent.exitCode()).isEqualTo(69);
    assertThat(silent.err()).contains("does not answer").hasLineCount(1);
  }
}
