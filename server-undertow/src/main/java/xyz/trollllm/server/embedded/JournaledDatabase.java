package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.memory.MemoryCollection;
import de.bwaldvogel.mongo.backend.memory.MemoryDatabase;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.exception.MongoServerException;
import de.bwaldvogel.mongo.oplog.Oplog;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** A database that tells every change of its documents, collections and indexes. */
final class JournaledDatabase extends MemoryDatabase {
  private static final String PRIMARY_KEY = "_id_";

  private final ChangeListener listener;
  private final Map<String, Journaled> collections;

  /** A collection and the descriptions of its indexes by name. */
  private record Journaled(JournaledCollection documents, Map<String, Document> indexes) {}

  JournaledDatabase(String name, CursorRegistry cursors, ChangeListener listener) {
    // Before super, which opens the system collections.
    this.listener = listener;
    this.collections = new ConcurrentHashMap<>();
    super(name, cursors);
  }

  /** Brings back what was told before. */
  void restore(JournalRecord record) {
    switch (record.kind()) {
      case PUT -> resolveOrCreateCollection(record.collection()).addDocument(record.value());
      case INDEX -> addIndex(record.value());
      case CHANGE, REMOVE, DROP_INDEX, DROP ->
          throw new IllegalArgumentException("not part of a snapshot: " + record.kind());
    }
  }

  /** Tells everything that is here. Nothing may change meanwhile. */
  void tell(Consumer<JournalRecord> reader) {
    collections.forEach((name, collection) -> {
      collection
          .documents()
          .forEachDocument(
              document -> reader.accept(record(JournalRecord.Kind.PUT, name, document)));
      for (Document index : collection.indexes().values()) {
        reader.accept(record(JournalRecord.Kind.INDEX, name, index));
      }
    });
  }

  private JournalRecord record(JournalRecord.Kind kind, String collection, Document value) {
    return new JournalRecord(kind, getDatabaseName(), collection, value);
  }

  @Override
  protected MemoryCollection openOrCreateCollection(String name, CollectionOptions options) {
    if (isSystem(name)) {
      return super.openOrCreateCollection(name, options);
    }
    JournaledCollection collection =
        new JournaledCollection(this, name, options, cursorRegistry, listener);
    collections.put(name, new Journaled(collection, new ConcurrentHashMap<>()));
    return collection;
  }

  @Override
  protected synchronized void addIndex(Document description) {
    super.addIndex(description);
    String namespace = (String) Objects.requireNonNull(description.get("ns"));
    String collection = namespace.substring(getDatabaseName().length() + 1);
    String name = (String) Objects.requireNonNull(description.get("name"));
    if (!name.equals(PRIMARY_KEY) && !isSystem(collection)) {
      indexes(collection).put(name, description);
      listener.changed(record(JournalRecord.Kind.INDEX, collection, description));
    }
  }

  @Override
  protected void dropIndex(MongoCollection<Integer> collection, String name) {
    super.dropIndex(collection, name);
    if (indexes(collection.getCollectionName()).remove(name) != null) {
      listener.changed(
          record(
              JournalRecord.Kind.DROP_INDEX,
              collection.getCollectionName(),
              new Document("name", name)));
    }
  }

  @Override
  public void dropCollection(String name, Oplog oplog) {
    super.dropCollection(name, oplog);
    if (collections.remove(name) != null) {
      listener.changed(record(JournalRecord.Kind.DROP, name, new Document()));
    }
  }

  @Override
  public void moveCollection(MongoDatabase from, MongoCollection<?> collection, String name) {
    throw new MongoServerException("the embedded store cannot rename a collection");
  }

  private Map<String, Document> indexes(String collection) {
    Journaled journaled = collections.get(collection);
    return journaled == null ? new ConcurrentHashMap<>() : journaled.indexes();
  }

  private static boolean isSystem(String collection) {
    return collection.startsWith("system.");
  }
}
