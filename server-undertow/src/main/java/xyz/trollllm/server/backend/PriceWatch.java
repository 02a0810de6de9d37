package xyz.trollllm.server.backend;

import java.time.Clock;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.LoadedConfig;

/**
 * Looks at the files of all endpoints twice a second and has what is served written anew when one
 * has changed. A file that is bad changes nothing for the other endpoints. Safe for use by many
 * threads: what is served is replaced as a whole.
 */
public final class PriceWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PriceWatch.class);
  private static final long LOOK_MILLIS = 500;

  private final Clock clock;
  private final List<WatchedFile> files;
  private final CountDownLatch closed = new CountDownLatch(1);
  private PriceSnapshot snapshot;
  private volatile Published published;

  /** Looks at the files once, whatever their state is; problems go to the diagnostics. */
  public PriceWatch(List<EndpointFile> sources, Clock clock) {
    this.clock = clock;
    this.files = sources.stream().map(WatchedFile::new).toList();
    for (WatchedFile file : files) {
      file.look(clock.instant());
      tell(file.state());
    }
    snapshot = PriceSnapshot.of(states());
    tellTogether();
    published = Published.of(snapshot);
  }

  /** Goes on looking, on a thread of its own, until this is closed. */
  public void start() {
    Thread.ofPlatform().daemon().name("price-watch").start(this::lookUntilClosed);
  }

  private void lookUntilClosed() {
    try {
      while (!closed.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
        lookSafely();
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void lookSafely() {
    try {
      look();
    } catch (RuntimeException bug) {
      // The thread has to live on: the next change may be one that it gets along with.
      LOG.error("the price files cannot be looked at; what is shown stays as it is", bug);
    }
  }

  /** Looks at all files once. */
  synchronized void look() {
    boolean changed = false;
    for (WatchedFile file : files) {
      if (file.look(clock.instant())) {
        changed = true;
        tell(file.state());
      }
    }
    if (changed) {
      PriceSnapshot before = snapshot;
      snapshot = PriceSnapshot.of(states());
      published = Published.of(snapshot);
      if (!snapshot.together().equals(before.together())) {
        tellTogether();
      }
    }
  }

  private List<EndpointState> states() {
    return files.stream().map(WatchedFile::state).toList();
  }

  private static void tell(EndpointState endpoint) {
    String service = endpoint.source().service();
    String file = endpoint.source().file().toString();
    EndpointState.Trouble trouble = endpoint.trouble();
    LoadedConfig good = endpoint.good();
    if (trouble != null) {
      LOG.warn(
          "{} has {} problem(s), so {} is shown for {}",
          file,
          trouble.problems().size(),
          good == null ? "nothing" : "what was valid last",
          service);
      tell("problem", file, trouble.problems());
    } else if (good != null) {
      LOG.info("{}: {} models of {}", file, good.config().models().size(), service);
      tell("warning", file, good.warnings());
    }
  }

  private static void tell(String kind, String file, List<ConfigProblem> problems) {
    problems.forEach(problem -> LOG.warn("{}: {}", kind, problem.in(file)));
  }

  private void tellTogether() {
    snapshot.together().problems().forEach(problem -> LOG.warn("problem: {}", problem));
    snapshot.together().warnings().forEach(warning -> LOG.warn("warning: {}", warning));
  }

  Published published() {
    return published;
  }

  /** Whether there are prices of at least one endpoint. */
  public boolean isReady() {
    return published.ready();
  }

  /** A JSON object that says whether there are prices, and all problems of all files. */
  public String readyJson() {
    return published.readyJson();
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
