package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Requests.hold;
import static xyz.trollllm.billing.Requests.settlement;
import static xyz.trollllm.config.CreditField.CREDITS;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.OneAnswer;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.Usd;

/** Several ledgers on one database serve one user at the same time. */
final class SeveralInstancesTest extends LedgerFixture {
  private final List<MongoCreditLedger> instances = new ArrayList<>();

  @AfterEach
  void closeInstances() {
    instances.forEach(MongoCreditLedger::close);
  }

  private MongoCreditLedger instance(int request) {
    return instances.get(request % instances.size());
  }

  private void open(int count) {
    for (int i = 0; i < count; i++) {
      instances.add(open(OPTIONS.withInstance("instance-" + i)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void moneyForTenRequestsAdmitsTenOfTwoHundred(int count) {
    giveCredit(1.0);
    open(count);

    List<Reservation> reservations = reserveAtOnce(200, "0.1");

    assertThat(reservations).filteredOn(Reservation.Held.class::isInstance).hasSize(10);
    assertThat(reservations)
        .filteredOn(Reservation.InsufficientCredit.class::isInstance)
        .hasSize(190);
    assertThat(Documents.count(user(), "gw.held.credits")).isEqualTo(1_000_000_000);
  }

  @Test
  void whatOneInstanceHeldAnotherMaySettle() {
    giveCredit(10.0);
    open(3);
    List<Hold> holds =
        reserveAtOnce(90, "0.1").stream()
            .map(reservation -> ((Reservation.Held) reservation).hold())
            .toList();

    List<OneAnswer<Settled>> answers = new ArrayList<>();
    for (int i = 0; i < holds.size(); i++) {
      for (int instance : List.of(i, i + 1)) { // twice, by different instances
        OneAnswer<Settled> answer = new OneAnswer<>();
        answers.add(answer);
        instance(instance).settle(settlement(holds.get(i), "0.1"), answer);
      }
    }

    assertThat(answers)
        .filteredOn(answer -> answer.get() instanceof Settled.Taken)
        .hasSize(holds.size());
    assertThat(answers)
        .filteredOn(answer -> answer.get() instanceof Settled.AlreadyTaken)
        .hasSize(holds.size());
    assertThat(Documents.count(user(), "gw.spent.credits")).isEqualTo(9_000_000_000L);
    assertThat(Documents.count(user(), "gw.held.credits")).isZero();
  }

  @Test
  void drainsOfSeveralInstancesLogEachRequestOnce() {
    giveCredit(10.0);
    open(3);
    List<Hold> holds =
        reserveAtOnce(60, "0.1").stream()
            .map(reservation -> ((Reservation.Held) reservation).hold())
            .toList();
    for (int i = 0; i < holds.size(); i++) {
      OneAnswer<Settled> answer = new OneAnswer<>();
      instance(i).settle(settlement(holds.get(i), Usd.of("0.1")), answer);
      assertThat(answer.get()).isEqualTo(new Settled.Taken());
    }

    int logged =
        instances.parallelStream().mapToInt(instance -> instance.upkeep().drainOnce()).sum();

    assertThat(logged).isEqualTo(60);
    assertThat(rows()).hasSize(60);
  }

  private List<Reservation> reserveAtOnce(int requests, String usd) {
    List<OneAnswer<Reservation>> answers =
        IntStream.range(0, requests)
            .parallel()
            .mapToObj(i -> {
              OneAnswer<Reservation> answer = new OneAnswer<>();
              instance(i).reserve(hold(USER, CREDITS, usd), answer);
              return answer;
            })
            .toList();
    return answers.stream().map(OneAnswer::get).toList();
  }
}
