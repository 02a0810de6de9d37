package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.mongo.AuditReport;
import xyz.trollllm.billing.mongo.Difference;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * The way from the implementation that served the same users before, back and forth again, as the
 * deployment's README describes it; and both at once.
 */
final class CutOverIT {
  private static final int USERS = 4;
  private static final String START = "10.123456789";

  /** What the doubles of a few dozen changes may be off. */
  private static final double LAST_DIGITS = 1e-12;

  private final List<RunningGateway> gateways = new ArrayList<>();
  private final List<RunningGateway> ended = new ArrayList<>();
  private final Map<String, BigDecimal> takenByOlder = new HashMap<>();

  private Store store;
  private StandInUpstream upstream;
  private OlderImplementation older;
  private List<Store.User> users;

  @BeforeEach
  void begin() {
    store = Store.start();
    upstream = StandInUpstream.start();
    older = new OlderImplementation(store.database());
    users = new ArrayList<>();
    for (int i = 0; i < USERS; i++) {
      users.add(store.newUser(Double.parseDouble(START), Double.parseDouble(START)));
    }
  }

  @AfterEach
  void end() {
    gateways.forEach(RunningGateway::close);
    upstream.close();
    store.close();
  }

  private void cutOver() {
    gateways.add(RunningGateway.start(RunningGateway.CHAT, store, upstream));
    gateways.add(RunningGateway.start(RunningGateway.CHAT2, store, upstream));
  }

  private void stop() throws InterruptedException {
    for (RunningGateway gateway : gateways) {
      gateway.terminate();
      assertThat(gateway.exitCode()).isZero();
    }
    ended.addAll(gateways);
    gateways.clear();
  }

  /** Every user makes a request at each endpoint. */
  private void gatewayServes() throws IOException, InterruptedException {
    for (RunningGateway gateway : gateways) {
      for (Store.User user : users) {
        HttpResponse<String> answer = Http.post(gateway, user.key(), Ask.answer(Ask.HAIKU));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
      }
    }
  }

  /** Every user but the last is served some amounts, of each field. */
  private void olderServes() {
    for (Store.User user : users.subList(0, USERS - 1)) {
      for (CreditField field : CreditField.values()) {
        for (int i = 1; i <= 3; i++) {
          BigDecimal cost = new BigDecimal("0.012345678").multiply(BigDecimal.valueOf(i));
          assertThat(older.serve(user, field, cost)).isTrue();
          takenByOlder.merge(key(user, field), cost, BigDecimal::add);
        }
      }
    }
  }

  private static String key(Store.User user, CreditField field) {
    return user.name() + ' ' + field.balanceField();
  }

  private AuditReport audit() {
    return new LedgerAudit(store.database()).run();
  }

  private Programs.Finished command(String... arguments) throws InterruptedException {
    RunningGateway command = RunningGateway.run(Map.of("MONGODB_URI", store.uri()), arguments);
    int exitCode = command.exitCode();
    return new Programs.Finished(
        exitCode, String.join("\n", command.output()) + String.join("\n", command.diagnostics()));
  }

  /** What the audit finds is what the older one took, field by field, and nothing else. */
  private void assertOnlyOlderDiffers(Map<String, BigDecimal> since) {
    Map<String, BigDecimal> found = new HashMap<>();
    for (Difference difference : audit().found()) {
      assertThat(difference.kind()).isIn(Difference.Kind.BALANCE, Difference.Kind.USED);
      BigDecimal amount = Objects.requireNonNull(difference.amount()).amount();
      boolean isUse = difference.kind() == Difference.Kind.USED;
      String field = difference.subject().replace("Used", "");
      found.put(difference.userId() + ' ' + difference.subject(), amount);
      assertThat(isUse ? amount : amount.negate())
          .as(difference.text())
          .isCloseTo(since.get(difference.userId() + ' ' + field), within(new BigDecimal("1e-9")));
    }
    assertThat(found).hasSize(2 * since.size());
  }

  /** What every user has left is what there was, less every single cost. */
  private void assertBalances() {
    for (Store.User user : users) {
      for (CreditField field : CreditField.values()) {
        Document document = store.document(user);
        BigDecimal left =
            new BigDecimal(START)
                .subtract(takenByOlder.getOrDefault(key(user, field), BigDecimal.ZERO))
                .subtract(takenByGateway(user, field));
        assertThat(Store.balance(document, field))
            .as(key(user, field))
            .isCloseTo(left.doubleValue(), within(LAST_DIGITS));
      }
    }
  }

  private BigDecimal takenByGateway(Store.User user, CreditField field) {
    List<RunningGateway> all = new ArrayList<>(ended);
    all.addAll(gateways);
    return all.stream()
        .flatMap(gateway -> gateway.requestLog().stream())
        .filter(line -> line.path("user").asString("").equals(user.name()))
        .filter(line -> line.path("credit_field").asString("").equals(field.balanceField()))
        .map(line -> BigDecimal.valueOf(line.path("cost_nano_usd").longValue(), 9))
        .reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  private void assertNothingDiffers() {
    eventuallyPasses(() -> {
      AuditReport report = audit();
      assertThat(report.differences()).isEmpty();
      assertThat(report.openHolds()).isZero();
    });
  }

  @Test
  @DisplayName("B2: over, back and over again, each charge of both is taken to the last digit")
  void overAndBack() throws Exception {
    olderServes();
    assertNothingDiffers();

    cutOver();
    gatewayServes();
    assertNothingDiffers();
    assertBalances();

    stop();
    assertNothingDiffers();
    Map<String, BigDecimal> before = Map.copyOf(takenByOlder);
    olderServes();
    Map<String, BigDecimal> since = new HashMap<>();
    takenByOlder.forEach((key, sum) -> since.put(key, sum.subtract(before.get(key))));
    assertOnlyOlderDiffers(since);
    assertBalances();

    cutOver();
    gatewayServes();
    eventuallyPasses(() -> assertOnlyOlderDiffers(since));
    Programs.Finished confirmed = command("audit", "--confirm", "--reason", "the older one served");
    assertThat(confirmed.exitCode()).as(confirmed.output()).isZero();
    assertThat(confirmed.output())
        .contains("Confirmed 12 difference(s)", "; 0 left.")
        .contains("credits -0.222222204 USD", "creditsUsed 0.222222204 USD")
        .contains("creditsNew -0.222222204 USD", "creditsNewUsed 0.222222204 USD");
    assertNothingDiffers();
    assertThat(command("audit", "--confirm", "--reason", "again").output())
        .contains("Confirmed 0 difference(s); 0 left.");
    gatewayServes();
    assertNothingDiffers();
    assertBalances();
  }

  @Test
  @DisplayName("B2: both at once on the same users lose no charge; only the older one overdraws")
  void bothAtOnce() throws Exception {
    BigDecimal cost = new BigDecimal("0.05");
    cutOver();
    gatewayServes();
    CountDownLatch done = new CountDownLatch(users.size());
    AtomicInteger served = new AtomicInteger();
    for (Store.User user : users) {
      Threads.start(() -> {
        try {
          while (older.serve(user, CreditField.CREDITS_NEW, cost)) {
            takenByOlder(user, cost);
            LockSupport.parkNanos(5_000_000);
          }
        } finally {
          done.countDown();
        }
      });
      Threads.start(() -> {
        while (done.getCount() > 0) {
          served.addAndGet(post(user) == 200 ? 1 : 0);
        }
      });
    }
    done.await();
    for (Store.User user : users) { // what it had admitted before
      older.take(user, CreditField.CREDITS_NEW, cost);
      takenByOlder(user, cost);
    }

    assertThat(served.get()).isPositive();
    for (Store.User user : users) {
      assertThat(Store.balance(store.document(user), CreditField.CREDITS_NEW)).isNegative();
      assertThat(post(user)).as("with nothing left").isEqualTo(402);
    }
    eventuallyPasses(() -> {
      assertThat(audit().openHolds()).isZero();
      assertOnlyOlderDiffers(takenByOlder);
    });
    assertBalances();
    assertThat(command("audit", "--confirm", "--reason", "both served").exitCode()).isZero();
    assertNothingDiffers();
  }

  private void takenByOlder(Store.User user, BigDecimal cost) {
    synchronized (takenByOlder) {
      takenByOlder.merge(key(user, CreditField.CREDITS_NEW), cost, BigDecimal::add);
    }
  }

  private int post(Store.User user) {
    try {
      return Http.post(gateways.getFirst(), user.key(), Ask.answer(Ask.HAIKU)).statusCode();
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }
}
