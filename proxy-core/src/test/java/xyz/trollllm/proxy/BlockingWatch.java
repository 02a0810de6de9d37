package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * Watches, by the JVM's own flight recorder, whether threads that must never block do: by parking,
 * waiting, sleeping, touching files, a contended lock or a blocking socket.
 *
 * <p>Left out is what only looks like it: loading and initialising classes, which happens once; the
 * kernel's random numbers, which never block; XNIO's sockets, which cannot block; its event loops'
 * own locks, held for an instant by whoever hands a task or an accepted socket over. A name look-up
 * in native code leaves no trace here.
 */
public final class BlockingWatch implements AutoCloseable {
  /** Longer than a busy machine keeps the owner of a lock waiting for a processor. */
  private static final Duration LONG = Duration.ofMillis(50);

  /** The type of the lock that the JVM holds while it initialises a class. */
  private static final String INITIALISATION_LOCK = "[I";

  private static final Map<String, Duration> EVENTS =
      Map.ofEntries(
          Map.entry("jdk.ThreadPark", Duration.ZERO),
          Map.entry("jdk.ThreadSleep", Duration.ZERO),
          Map.entry("jdk.JavaMonitorWait", Duration.ZERO),
          Map.entry("jdk.FileRead", Duration.ZERO),
          Map.entry("jdk.FileWrite", Duration.ZERO),
          Map.entry("jdk.FileForce", Duration.ZERO),
          Map.entry("jdk.JavaMonitorEnter", LONG),
          Map.entry("jdk.SocketConnect", Duration.ZERO),
          Map.entry("jdk.SocketRead", Duration.ZERO),
          Map.entry("jdk.SocketWrite", Duration.ZERO));

  private static final int FRAMES_SHOWN = 12;

  private final Recording recording = new Recording();

  private BlockingWatch() {
    EVENTS.forEach((event, threshold) ->
        recording.enable(event).withThreshold(threshold).withStackTrace().with("throttle", "off"));
  }

  public static BlockingWatch start() {
    BlockingWatch watch = new BlockingWatch();
    watch.recording.start();
    return watch;
  }

  /** Stops watching; fails if a thread whose name is accepted was blocked since the start. */
  public void assertNoneBlocked(Predicate<String> threadName) throws IOException {
    assertThat(blocked(threadName)).as("blocking on threads that must not").isEmpty();
  }

  /** Stops watching; each time that a thread whose name is accepted was blocked since the start. */
  public List<String> blocked(Predicate<String> threadName) throws IOException {
    recording.stop();
    Path file = Files.createTempFile("blocking-watch", ".jfr");
    try {
      recording.dump(file);
      return RecordingFile.readAllEvents(file).stream()
          .filter(event -> EVENTS.containsKey(event.getEventType().getName()))
          .filter(event -> event.getThread() != null)
          .filter(event -> threadName.test(String.valueOf(event.getThread().getJavaName())))
          .filter(event -> !isLeftOut(event))
          .map(BlockingWatch::describe)
          .toList();
    } finally {
      Files.delete(file);
    }
  }

  private static boolean isLeftOut(RecordedEvent event) {
    boolean initialising =
        event.hasField("monitorClass")
            && event.getClass("monitorClass") != null
            && event.getClass("monitorClass").getName().equals(INITIALISATION_LOCK);
    RecordedStackTrace stack = event.getStackTrace();
    if (initialising || stack == null || stack.getFrames().isEmpty()) {
      return initialising;
    }
    String type = stack.getFrames().getFirst().getMethod().getType().getName();
    boolean loopItself = type.startsWith("org.xnio.nio.") || type.startsWith("sun.nio.ch.");
    boolean contended = event.getEventType().getName().equals("jdk.JavaMonitorEnter");
    return (contended && loopItself)
        || stack.getFrames().stream().anyMatch(BlockingWatch::isLeftOut);
  }

  private static boolean isLeftOut(RecordedFrame frame) {
    String type = frame.getMethod().getType().getName();
    String method = frame.getMethod().getName();
    return type.equals("java.lang.ClassLoader")
        || type.startsWith("jdk.internal.loader.")
        || type.startsWith("sun.security.provider.NativePRNG")
        || type.equals("org.xnio.nio.WorkerThread$SynchTask")
        || (type.equals("org.xnio.nio.NioSocketConduit")
            && (method.equals("read") || method.equals("write")));
  }

  private static String describe(RecordedEvent event) {
    RecordedStackTrace stack = event.getStackTrace();
    String where =
        stack == null
            ? "somewhere"
            : stack.getFrames().stream()
                .limit(FRAMES_SHOWN)
                .map(frame ->
                    frame.getMethod().getType().getName() + "." + frame.getMethod().getName())
                .collect(Collectors.joining(" < "));
    return "%s of %s on %s in %s"
        .formatted(
            event.getEventType().getName(),
            event.getDuration(),
            event.getThread().getJavaName(),
            where);
  }

  @Override
  public void close() {
    recording.close();
  }
}
