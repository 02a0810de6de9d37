package xyz.trollllm.server.backend;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
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

  /** So long after the last look that succeeded, prices may be others than those in the files. */
  private static final Duration STALE = Duration.ofSeconds(30);

  private final Clock clock;
  private final Function<PriceSnapshot, Published> writer;
  private final List<WatchedFile> files;
  private final CountDownLatch closed = new CountDownLatch(1);
  private PriceSnapshot snapshot;
  private boolean unpublished;
  private boolean failing;
  private volatile Published published;
  private volatile Instant lookedAt;

  /** Looks at the files once, whatever their state is; problems go to the diagnostics. */
  public PriceWatch(List<EndpointFile> sources, Clock clock) {
    this(sources, clock, Published::of);
  }

  PriceWatch(List<EndpointFile> sources, Clock clock, Function<PriceSnapshot, Published> writer) {
    this.clock = clock;
    this.writer = writer;
    this.files = sources.stream().map(WatchedFile::new).toList();
    this.lookedAt = clock.instant();
    for (WatchedFile file : files) {
      file.look(lookedAt);
      tell(file.state());
    }
    snapshot = PriceSnapshot.of(states());
    tellTogether();
    published = writer.apply(snapshot);
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

  /** Looks at all files once, whatever goes wrong. */
  synchronized void lookSafely() {
    try {
      look();
      if (failing) {
        LOG.info("the price files are looked at again");
      }
      failing = false;
    } catch (Throwable failure) {
      // The thread has to live on, even after an Error: the next look may be one that succeeds.
      if (!failing) {
        LOG.error("the price files cannot be looked at; what is shown stays as it is", failure);
      }
      failing = true;
    }
  }

  /** Looks at all files once. */
  synchronized void look() {
    Instant now = clock.instant();
    for (WatchedFile file : files) {
      if (file.look(now)) {
        unpublished = true;
        tell(file.state());
      }
    }
    if (unpublished) {
      publish();
      unpublished = false;
    }
    lookedAt = now;
  }

  private void publish() {
    PriceSnapshot before = snapshot;
    PriceSnapshot next = PriceSnapshot.of(states());
    published = writer.apply(next);
    snapshot = next;
    if (!snapshot.together().equals(before.together())) {
      tellTogether();
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

  /** Whether there are prices of at least one endpoint, and they follow their files. */
  public boolean isReady() {
    return published.ready() && !isStale();
  }

  /** A JSON object that says whether there are prices, and all problems of all files. */
  public String readyJson() {
    return isStale() ? ReadyText.stale(lookedAt) : published.readyJson();
  }

  private boolean isStale() {
    return lookedAt.plus(STALE).isBefore(clock.instant());
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
