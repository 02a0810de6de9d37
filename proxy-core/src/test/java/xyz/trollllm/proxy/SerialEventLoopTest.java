package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
final class SerialEventLoopTest {
  private final SerialEventLoop loop = new SerialEventLoop();
  private final List<Object> done = new ArrayList<>();

  @Test
  void tasksRunInOrderOnTheRunningThread() throws Exception {
    loop.execute(() -> done.add(Thread.currentThread()));
    loop.execute(() -> done.add("second"));
    loop.execute(loop::close);

    loop.runUntilClosed();

    assertThat(done).containsExactly(Thread.currentThread(), "second");
  }

  @Test
  void loopIsCurrentOnlyWhileItRuns() throws Exception {
    loop.execute(() -> done.add(loop.isCurrent()));
    loop.execute(() -> loop.run(() -> done.add("at once")));
    loop.execute(() -> done.add("after"));
    loop.execute(loop::close);

    assertThat(loop.isCurrent()).isFalse();
    loop.runUntilClosed();

    assertThat(loop.isCurrent()).isFalse();
    assertThat(done).containsExactly(true, "at once", "after");
  }

  @Test
  void tasksMayComeFromManyThreads() throws Exception {
    CountDownLatch given = new CountDownLatch(100);
    IntStream.range(0, 100)
        .forEach(i ->
            Thread.ofVirtual()
                .start(() -> {
                  loop.execute(() -> done.add(i));
                  given.countDown();
                }));
    Thread.ofVirtual()
        .start(() -> {
          try {
            given.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
          loop.close();
        });

    loop.runUntilClosed();

    assertThat(done).hasSize(100);
  }

  @Test
  void timersRunInTheOrderOfTheirTime() throws Exception {
    // Due when they are given, so that no pause of this thread changes which comes first.
    loop.schedule(
        Duration.ZERO,
        () -> {
          done.add("late");
          loop.close();
        });
    loop.schedule(Duration.ofHours(-1), () -> done.add("early"));
    loop.execute(() -> done.add("at once"));

    loop.runUntilClosed();

    assertThat(done).containsExactly("at once", "early", "late");
  }

  @Test
  void cancelledTimerDoesNotRunEvenIfDue() throws Exception {
    EventLoop.Timer pending = loop.schedule(Duration.ofMillis(1), () -> done.add("pending"));
    EventLoop.Timer[] due = new EventLoop.Timer[1];
    loop.execute(() -> due[0] = loop.schedule(Duration.ZERO, () -> done.add("due")));
    loop.execute(() -> due[0].cancel());
    loop.schedule(Duration.ofMillis(10), loop::close);
    pending.cancel();

    loop.runUntilClosed();

    assertThat(done).isEmpty();
  }

  @Test
  void tasksGivenBeforeCloseStillRunAndLaterOnesDoNot() throws Exception {
    loop.execute(loop::close);
    loop.execute(() -> done.add("before"));
    loop.execute(() -> loop.execute(() -> done.add("after")));

    loop.runUntilClosed();
    loop.execute(() -> done.add("much later"));

    assertThat(done).containsExactly("before");
  }

  @Test
  void failureOfATaskEndsTheLoop() {
    loop.execute(() -> {
      throw new IllegalStateException("planted");
    });

    assertThatIllegalStateException().isThrownBy(loop::runUntilClosed).withMessage("planted");
    assertThat(loop.isCurrent()).isFalse();
  }
}
