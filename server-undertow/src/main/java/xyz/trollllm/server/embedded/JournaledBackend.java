package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.AbstractMongoBackend;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import io.netty.channel.Channel;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/**
 * A server's data in memory, every change of which stands in a journal before anybody is told.
 *
 * <p>No command is answered before everything in memory is on disk, reads included: an answer must
 * never rest on a change that a crash could take back.
 */
final class JournaledBackend extends AbstractMongoBackend {
  private static final int GROWTH = 4;

  private final Journal journal;
  private final long smallJournal;
  private final Map<String, JournaledDatabase> databases = new ConcurrentHashMap<>();

  /** Commands share it; writing the journal anew excludes them. */
  private final ReadWriteLock commands = new ReentrantReadWriteLock();

  private volatile boolean recording;
  private volatile long rewriteAbove;

  private JournaledBackend(Journal journal, long smallJournal) {
    this.journal = journal;
    this.smallJournal = smallJournal;
  }

  /**
   * Brings back what the journal holds, and starts it anew with no more than that; again whenever
   * it has grown to several times its size and above {@code smallJournal} bytes.
   */
  static JournaledBackend open(Journal journal, long smallJournal) throws IOException {
    Contents contents = new Contents();
    journal.replay(contents::apply);
    JournaledBackend backend = new JournaledBackend(journal, smallJournal);
    contents.tell(record -> backend.database(record.database()).restore(record));
    backend.rewriteJournal();
    backend.recording = true;
    return backend;
  }

  private JournaledDatabase database(String name) {
    return (JournaledDatabase) resolveDatabase(name);
  }

  @Override
  protected MongoDatabase openOrCreateDatabase(String name) {
    return databases.computeIfAbsent(
        name, _ -> new JournaledDatabase(name, getCursorRegistry(), this::changed));
  }

  private void changed(JournalRecord record) {
    if (recording) {
      journal.append(record);
    }
  }

  @Override
  public void dropDatabase(String name) {
    super.dropDatabase(name);
    databases.remove(name);
  }

  @Override
  public Document handleCommand(Channel channel, String database, String command, Document query) {
    commands.readLock().lock();
    try {
      return super.handleCommand(channel, database, command, query);
    } finally {
      commands.readLock().unlock();
      commit();
    }
  }

  private void commit() {
    try {
      journal.awaitDurable();
      if (journal.size() > rewriteAbove) {
        rewriteJournal();
      }
    } catch (IOException e) {
      throw new MongoServerException("the embedded store has stopped: " + e.getMessage());
    }
  }

  private void rewriteJournal() throws IOException {
    commands.writeLock().lock();
    try {
      if (journal.size() >= rewriteAbove) {
        journal.rewrite(this::tell);
        rewriteAbove = Math.max(smallJournal, GROWTH * journal.size());
      }
    } finally {
      commands.writeLock().unlock();
    }
  }

  private void tell(Consumer<JournalRecord> reader) {
    for (JournaledDatabase database : databases.values()) {
      database.tell(reader);
    }
  }
}
