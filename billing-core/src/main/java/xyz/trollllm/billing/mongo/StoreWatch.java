package xyz.trollllm.billing.mongo;

import static java.lang.System.Logger.Level.INFO;
import static java.lang.System.Logger.Level.WARNING;

import com.mongodb.MongoException;
import com.mongodb.client.MongoDatabase;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.StoreState;

/**
 * Asks a database again and again whether it is there, so that nobody else has to find out by
 * waiting for it. Says so once when it stops answering, and once when it answers again.
 *
 * <p>Safe for use by many threads.
 */
public final class StoreWatch implements StoreState, AutoCloseable {
  private static final System.Logger LOG = System.getLogger(StoreWatch.class.getName());

  /** How long an answer may take, finding a primary and a connection included. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration INTERVAL_WHILE_SILENT = Duration.ofMillis(250);

  private final Runnable ping;
  private final Clock clock;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private volatile @Nullable Instant silentSince;

  StoreWatch(Runnable ping, Clock clock) {
    this.ping = ping;
    this.clock = clock;
  }

  /** Watches {@code database}, which is taken to answer at first. */
  public static StoreWatch start(MongoDatabase database) {
    MongoDatabase impatient = database.withTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    Document ping = new Document("ping", 1);
    StoreWatch watch = new StoreWatch(() -> impatient.runCommand(ping), Clock.systemUTC());
    Thread.ofPlatform().daemon().name("store-watch").start(watch::lookUntilStopped);
    return watch;
  }

  private void lookUntilStopped() {
    try {
      Duration pause = INTERVAL;
      while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        look();
        pause = isSilent() ? INTERVAL_WHILE_SILENT : INTERVAL;
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  /** Asks once; for one thread at a time. */
  void look() {
    Instant since = silentSince;
    try {
      ping.run();
    } catch (MongoException e) {
      if (since == null) {
        silentSince = clock.instant();
        LOG.log(
            WARNING,
            "the store does not answer ({0}); requests under way go on, and what they cost is"
                + " charged when it does",
            e.getClass().getSimpleName());
      }
      return;
    }
    if (since != null) {
      silentSince = null;
      LOG.log(
          INFO,
          "the store answers again, after {0} s",
          Duration.between(since, clock.instant()).toSeconds());
    }
  }

  @Override
  public Optional<Instant> silentSince() {
    return Optional.ofNullable(silentSince);
  }

  @Override
  public void close() {
    stopped.countDown();
  }
}
