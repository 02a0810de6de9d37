package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoException;
import com.mongodb.MongoSocketReadException;
import com.mongodb.ServerAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.OneAnswer;

/** Operations of one user go one way, merged; those of others are not kept waiting. */
final class UserLanesTest {
  private static final Backoff NO_PAUSE = new Backoff(Duration.ZERO, Duration.ZERO);

  private final BackendStore store = new BackendStore();
  private final CountedStore counted = new CountedStore(store);
  private final StepExecutor executor = new StepExecutor();
  private final UserLanes lanes = new UserLanes(counted, executor, NO_PAUSE, 100, 150);

  UserLanesTest() {
    store.insert(Collections.USERS, new Document("_id", "ann").append("a", 0));
    store.insert(Collections.USERS, new Document("_id", "bob").append("a", 0));
  }

  @Test
  void updatesThatWaitTogetherAreOneStatement() {
    assertThat(lanes.update(IntStream.range(0, 40).mapToObj(_ -> add("ann")).toList()))
        .hasSize(40)
        .containsOnly(true);

    assertThat(counted.updates()).isEqualTo(1);
    assertThat(value("ann")).isEqualTo(40);
  }

  @Test
  void oneThatDoesNotMatchIsFoundAmongManyThatDo() {
    List<UserUpdate> updates =
        new ArrayList<>(IntStream.range(0, 63).mapToObj(_ -> add("ann")).toList());
    updates.add(20, new UserUpdate("ann", new Document("b", 1), increment()));

    List<Boolean> happened = lanes.update(updates);

    assertThat(happened.get(20)).isFalse();
    assertThat(happened).filteredOn(Boolean::booleanValue).hasSize(63);
    assertThat(value("ann")).isEqualTo(63);
    assertThat(counted.updates()).isEqualTo(1 + 8 + 8);
  }

  @Test
  void tooManyOfOneUserAreRefusedAndEverybodyElseIsServed() {
    List<OneAnswer<PlainUpdate.Result>> answers = new ArrayList<>();
    executor.collectDuring(() -> {
      for (int i = 0; i < 101; i++) {
        answers.add(offer("ann"));
      }
      answers.add(offer("bob"));
    });

    assertThat(answers.get(100).get().failure())
        .hasMessage("too many operations wait for the store");
    assertThat(answers.getLast().get().happened()).isTrue();
    assertThat(value("ann")).isEqualTo(100);
  }

  @Test
  void tooManyAltogetherAreRefusedUntilSomeAreDone() {
    for (int i = 0; i < 60; i++) {
      store.insert(Collections.USERS, new Document("_id", "user-" + i).append("a", 0));
    }
    executor.collectDuring(() -> {
      for (int i = 0; i < 150; i++) {
        offer("user-" + i % 60);
      }
      assertThat(offer("ann").get().failure()).isNotNull();
    });

    assertThat(offer("ann").get().happened()).isTrue();
  }

  @Test
  void whatMustNotBeLostIsTakenOnBeyondTheLimit() {
    List<OneAnswer<PlainUpdate.Result>> answers = new ArrayList<>();
    executor.collectDuring(() -> {
      for (int i = 0; i < 300; i++) {
        OneAnswer<PlainUpdate.Result> answer = new OneAnswer<>();
        answers.add(answer);
        lanes.submit(new PlainUpdate(add("ann"), answer));
      }
    });

    assertThat(answers).allMatch(answer -> answer.get().happened());
    assertThat(counted.updates()).isEqualTo(5);
  }

  @Test
  void ofOneUserOneUpdateIsUnderWay() throws Exception {
    OneAtATime onlyOne = new OneAtATime(store);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      AtomicInteger tasks = new AtomicInteger();
      AtomicInteger most = new AtomicInteger();
      UserLanes busy =
          new UserLanes(
              onlyOne,
              task ->
                  threads.execute(() -> {
                    most.accumulateAndGet(tasks.incrementAndGet(), Math::max);
                    task.run();
                    tasks.decrementAndGet();
                  }),
              NO_PAUSE,
              10_000,
              10_000);
      CountDownLatch done = new CountDownLatch(4_000);
      for (int i = 0; i < 4; i++) {
        threads.execute(() -> {
          for (int j = 0; j < 1_000; j++) {
            busy.submit(new PlainUpdate(add("ann"), _ -> done.countDown()));
          }
        });
      }
      done.await();
      busy.updateAll(List.of(add("ann"), add("bob")));

      assertThat(most.get()).as("threads of one user").isLessThanOrEqualTo(2);
    }
    assertThat(onlyOne.collisions()).isZero();
    assertThat(value("ann")).isEqualTo(4_001);
    assertThat(value("bob")).isEqualTo(1);
  }

  @Test
  void updatesOfManyIdleUsersAreOneStatement() {
    lanes.updateAll(List.of(add("ann"), add("bob"), add("ann")));

    assertThat(counted.updates()).isEqualTo(1);
    assertThat(value("ann")).isEqualTo(2);
    assertThat(value("bob")).isEqualTo(1);
  }

  @Test
  void failureOfTheStoreReachesWhoeverWaits() {
    UserLanes failing =
        new UserLanes(
            new ChangedStore(store) {
              @Override
              public boolean update(UserUpdate update) {
                throw new MongoSocketReadException("as the test wants it", new ServerAddress());
              }
            },
            executor,
            NO_PAUSE,
            100,
            100);

    assertThatThrownBy(() -> failing.update(List.of(add("ann"))))
        .isInstanceOf(MongoException.class);
    assertThat(value("ann")).isZero();
  }

  private OneAnswer<PlainUpdate.Result> offer(String user) {
    OneAnswer<PlainUpdate.Result> answer = new OneAnswer<>();
    lanes.offer(new PlainUpdate(add(user), answer));
    return answer;
  }

  private static UserUpdate add(String user) {
    return new UserUpdate(user, new Document(), increment());
  }

  private static Document increment() {
    return new Document("$inc", new Document("a", 1));
  }

  private int value(String user) {
    return store.all(Collections.USERS).stream()
        .filter(document -> user.equals(document.get("_id")))
        .findFirst()
        .orElseThrow()
        .getInteger("a");
  }

  /** Notices when two updates are under way at once. */
  private static final class OneAtATime extends ChangedStore {
    private final AtomicInteger underWay = new AtomicInteger();
    private final AtomicInteger collisions = new AtomicInteger();

    OneAtATime(LedgerStore store) {
      super(store);
    }

    int collisions() {
      return collisions.get();
    }

    @Override
    public boolean update(UserUpdate update) {
      if (underWay.incrementAndGet() > 1) {
        collisions.incrementAndGet();
      }
      boolean happened = super.update(update);
      underWay.decrementAndGet();
      return happened;
    }
  }
}
