package xyz.trollllm.proxy.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import xyz.trollllm.proxy.SerialEventLoop;

@Timeout(20)
final class DeadlineTest {
  private static final Duration SOON = Duration.ofMillis(20);
  private static final Duration LATER = Duration.ofMillis(80);

  private final SerialEventLoop loop = new SerialEventLoop();
  private final Deadline deadline = new Deadline(loop, this::passed);
  private final long start = System.nanoTime();
  private long passedAfterMillis = -1;

  private void passed() {
    passedAfterMillis = (System.nanoTime() - start) / 1_000_000;
    loop.close();
  }

  @Test
  void limitPassesWhenItsTimeHasCome() throws Exception {
    deadline.set(SOON);

    loop.runUntilClosed();

    assertThat(passedAfterMillis).isGreaterThanOrEqualTo(SOON.toMillis());
  }

  @Test
  void limitMovedAwayPassesAtTheLaterTime() throws Exception {
    deadline.set(SOON);
    deadline.set(LATER);

    loop.runUntilClosed();

    assertThat(passedAfterMillis).isGreaterThanOrEqualTo(LATER.toMillis());
  }

  @Test
  void limitMovedNearerPassesAtTheEarlierTime() throws Exception {
    deadline.set(Duration.ofDays(1));
    deadline.set(SOON);

    loop.runUntilClosed();

    assertThat(passedAfterMillis).isBetween(SOON.toMillis(), 19_000L);
  }

  @Test
  void clearedLimitDoesNotPassAndMayBeSetAgain() throws Exception {
    deadline.set(SOON);
    deadline.clear();
    loop.schedule(LATER, () -> deadline.set(SOON));

    loop.runUntilClosed();

    assertThat(passedAfterMillis).isGreaterThanOrEqualTo(LATER.toMillis());
  }

  @Test
  void stoppedLimitNeverPasses() throws Exception {
    deadline.set(SOON);
    deadline.stop();
    loop.schedule(LATER, loop::close);

    loop.runUntilClosed();

    assertThat(passedAfterMillis).isEqualTo(-1);
  }
}
