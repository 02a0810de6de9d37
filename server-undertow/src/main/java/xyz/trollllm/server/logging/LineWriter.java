package xyz.trollllm.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Writes lines to a stream from a thread of its own. Safe for use by many threads, none of which
 * ever waits for the stream.
 *
 * <p>A stream may stall for as long as it likes, as a pipe does whose reader stopped. Lines then
 * wait in memory, up to a number. Those beyond it, those that the stream refuses and those still
 * unwritten when the writer is closed go to the overflow; a line may then be in both places, never
 * in none. What the overflow does tells a log that may lose lines from one that may not.
 */
public final class LineWriter implements AutoCloseable {
  private static final int LINES_PER_WRITE = 256;

  private final OutputStream stream;
  private final int maxWaiting;
  private final Consumer<String> overflow;
  private final Duration closeTimeout;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<String> waiting = new ArrayDeque<>();
  private List<String> inFlight = List.of();
  private boolean closed;

  /**
   * Starts writing.
   *
   * @param name of the thread
   * @param maxWaiting how many lines may wait in memory
   * @param overflow takes the lines that cannot be written; must not block
   * @param closeTimeout how long {@link #close} waits for a stalled stream
   */
  public LineWriter(
      String name,
      OutputStream stream,
      int maxWaiting,
      Consumer<String> overflow,
      Duration closeTimeout) {
    this.stream = stream;
    this.maxWaiting = maxWaiting;
    this.overflow = overflow;
    this.closeTimeout = closeTimeout;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
    thread.start();
  }

  /** Takes a line, without its end. Returns at once. */
  public void write(String line) {
    if (!enqueue(line)) {
      overflow.accept(line);
    }
  }

  private boolean enqueue(String line) {
    lock.lock();
    try {
      if (closed || waiting.size() >= maxWaiting) {
        return false;
      }
      waiting.addLast(line);
      changed.signalAll();
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    for (List<String> lines = next(); !lines.isEmpty(); lines = next()) {
      try {
        stream.write(bytes(lines));
        stream.flush();
      } catch (IOException _) {
        takeInFlight().forEach(overflow);
      }
    }
  }

  /** Waits for lines; none are left if there are none. */
  private List<String> next() {
    lock.lock();
    try {
      inFlight = List.of();
      changed.signalAll();
      while (waiting.isEmpty() && !closed) {
        changed.awaitUninterruptibly();
      }
      List<String> lines = new ArrayList<>();
      while (!waiting.isEmpty() && lines.size() < LINES_PER_WRITE) {
        lines.add(waiting.removeFirst());
      }
      inFlight = lines;
      return lines;
    } finally {
      lock.unlock();
    }
  }

  /** None if {@link #close} has passed them on already. */
  private List<String> takeInFlight() {
    lock.lock();
    try {
      List<String> lines = inFlight;
      inFlight = List.of();
      return lines;
    } finally {
      lock.unlock();
    }
  }

  private static byte[] bytes(List<String> lines) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String line : lines) {
      bytes.writeBytes(line.getBytes(UTF_8));
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  /** Waits until everything taken so far is written, but no longer than {@code timeout}. */
  public void flush(Duration timeout) throws InterruptedException {
    long left = timeout.toNanos();
    lock.lock();
    try {
      while (left > 0 && !(waiting.isEmpty() && inFlight.isEmpty())) {
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Writes what waits or, if the stream does not take it in time, hands it to the overflow. */
  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    try {
      if (!thread.join(closeTimeout)) {
        takeUnwritten().forEach(overflow);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      takeUnwritten().forEach(overflow);
    }
  }

  private List<String> takeUnwritten() {
    lock.lock();
    try {
      List<String> lines = new ArrayList<>(inFlight);
      lines.addAll(waiting);
      waiting.clear();
      inFlight = List.of();
      return lines;
    } finally {
      lock.unlock();
    }
  }
}
