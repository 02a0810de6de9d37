package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.MongoServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import xyz.trollllm.billing.journal.DirectoryLock;

/**
 * A MongoDB-compatible server inside this process, reachable from this machine only, whose
 * acknowledged writes survive the death of the process at any moment.
 */
public final class EmbeddedStore implements AutoCloseable {
  /** What whoever opens a store should tell the operator. */
  public static final List<String> LIMITS =
      List.of(
          "one process hosts it, others on this machine may connect to it",
          "no authentication: it listens on the loopback address only",
          "all data stay in memory: some 100,000 request records in 512 MB",
          "no transactions, no replication, no expiry of old records");

  private static final long SMALL_JOURNAL = 64L << 20;

  private final DirectoryLock lock;
  private final Journal journal;
  private final MongoServer server;
  private final String uri;

  private EmbeddedStore(DirectoryLock lock, Journal journal, MongoServer server, String uri) {
    this.lock = lock;
    this.journal = journal;
    this.server = server;
    this.uri = uri;
  }

  /**
   * Opens the store in {@code directory}, which is created if need be.
   *
   * @param port where to listen on the loopback address; 0 for any free port
   * @throws EmbeddedStoreException if another store uses the directory, or it cannot be used
   */
  public static EmbeddedStore open(Path directory, int port) {
    return open(directory, port, SMALL_JOURNAL);
  }

  /** As {@link #open(Path, int)}; a journal below {@code smallJournal} bytes is left to grow. */
  static EmbeddedStore open(Path directory, int port, long smallJournal) {
    try {
      Files.createDirectories(directory);
      DirectoryLock lock = DirectoryLock.acquire(directory);
      try {
        return open(directory, port, smallJournal, lock);
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    } catch (DirectoryLock.DirectoryInUseException e) {
      throw new EmbeddedStoreException(
          directory
              + " is in use by another embedded store"
              + (e.announced().isEmpty() ? "" : "; to share it, set MONGODB_URI=" + e.announced()),
          e);
    } catch (IOException e) {
      throw new EmbeddedStoreException("cannot use " + directory + " for a store: " + e, e);
    }
  }

  private static EmbeddedStore open(Path directory, int port, long smallJournal, DirectoryLock lock)
      throws IOException {
    Journal journal = new Journal(directory.resolve("journal"));
    MongoServer server = new MongoServer(JournaledBackend.open(journal, smallJournal));
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    InetSocketAddress address = server.getLocalAddress();
    String uri = "mongodb://" + address.getAddress().getHostAddress() + ':' + address.getPort();
    lock.announce(uri);
    return new EmbeddedStore(lock, journal, server, uri);
  }

  /** What a MongoDB driver connects to. */
  public String uri() {
    return uri;
  }

  /** Ends all connections. What was acknowledged is on disk already. */
  @Override
  public void close() {
    server.shutdownNow();
    try (lock;
        journal) {
      journal.awaitDurable();
    } catch (IOException e) {
      throw new EmbeddedStoreException("the store was not closed cleanly", e);
    }
  }
}
