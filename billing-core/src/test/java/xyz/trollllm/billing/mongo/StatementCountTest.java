package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.StoreState;

/**
 * How many statements requests cost that are under way together. On its own, each would cost two
 * updates of its user's document, beside what is done for all at once.
 */
final class StatementCountTest {
  private static final int ROUNDS = 10;

  private final BackendStore store = new BackendStore();
  private final CountedStore counted = new CountedStore(store);
  private final StepExecutor executor = new StepExecutor();
  private final MongoCreditLedger ledger =
      MongoCreditLedger.open(
          counted,
          _ -> {},
          MongoLedgerOptions.of("a").withoutUpkeep(),
          Clock.systemUTC(),
          new Backoff(Duration.ZERO, Duration.ZERO),
          executor,
          StoreState.ANSWERS);

  @ParameterizedTest(name = "{0} requests of each of {1} users at once: at most {2} and {3}")
  @CsvSource({"1, 1, 2, 5.1", "32, 1, 0.07, 0.17", "256, 1, 0.04, 0.06", "1, 256, 2, 2.03"})
  void requestsThatAreUnderWayTogetherShareStatements(
      int requests, int users, double mostUpdates, double mostStatements) {
    for (int user = 0; user < users; user++) {
      store.insert(Collections.USERS, new Document("_id", name(user)).append("credits", 100.0));
    }
    serve(1, users); // the first request of a user notes its balance
    int updatesBefore = counted.updates();
    int drains = 0;
    int updatesOfDrains = 0;
    int statementsBefore = counted.statements();

    for (int round = 0; round < ROUNDS; round++) {
      serve(requests, users);
      int before = counted.updates();
      ledger.upkeep().drainOnce();
      updatesOfDrains += counted.updates() - before;
      drains++;
    }

    double all = ROUNDS * requests * users;
    double updates = (counted.updates() - updatesBefore - updatesOfDrains) / all;
    double statements = (counted.statements() - statementsBefore) / all;
    System.out.printf(
        "%d requests of each of %d users at once: %.3f updates a request, %.3f statements with"
            + " %d drains%n",
        requests, users, updates, statements, drains);
    assertThat(updates).isLessThanOrEqualTo(mostUpdates);
    assertThat(statements).isLessThanOrEqualTo(mostStatements);
  }

  private void serve(int requests, int users) {
    List<Hold> holds = new ArrayList<>();
    executor.collectDuring(() -> {
      for (int i = 0; i < requests * users; i++) {
        ledger.reserve(
            hold(name(i % users), CREDITS, "0.001"),
            answer -> holds.add(((Reservation.Held) answer).hold()));
      }
    });
    assertThat(holds).hasSize(requests * users);
    executor.collectDuring(
        () -> holds.forEach(hold -> ledger.settle(settlement(hold, "0.001"), _ -> {})));
  }

  private static String name(int user) {
    return "user-" + user;
  }
}
