package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.bson.Document;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Everything a store holds, as its journal tells it. One per opening, used by one thread. */
final class Contents {
  private final Map<String, Map<String, Collection>> databases = new LinkedHashMap<>();

  /** Documents by {@code _id} and descriptions of indexes by name. */
  record Collection(Map<Object, Document> documents, Map<String, Document> indexes) {}

  void apply(JournalRecord record) {
    Document value = record.value();
    Collection collection = collection(record.database(), record.collection());
    switch (record.kind()) {
      case PUT -> collection.documents().put(id(value), value);
      case CHANGE ->
          Change.apply(
              (Document) Objects.requireNonNull(value.get("change")),
              Objects.requireNonNull(collection.documents().get(id(value))));
      case REMOVE -> collection.documents().remove(id(value));
      case INDEX -> collection.indexes().put(indexName(value), value);
      case DROP_INDEX -> collection.indexes().remove(indexName(value));
      case DROP -> collections(record.database()).remove(record.collection());
    }
  }

  /** Tells the contents as the shortest journal that leads to them. */
  void tell(Consumer<JournalRecord> listener) {
    databases.forEach((database, collections) ->
        collections.forEach((name, collection) -> {
          for (Document document : collection.documents().values()) {
            listener.accept(new JournalRecord(JournalRecord.Kind.PUT, database, name, document));
          }
          for (Document index : collection.indexes().values()) {
            listener.accept(new JournalRecord(JournalRecord.Kind.INDEX, database, name, index));
          }
        }));
  }

  private Collection collection(String database, String name) {
    return collections(database)
        .computeIfAbsent(name, _ -> new Collection(new LinkedHashMap<>(), new LinkedHashMap<>()));
  }

  private Map<String, Collection> collections(String database) {
    return databases.computeIfAbsent(database, _ -> new LinkedHashMap<>());
  }

  private static Object id(Document value) {
    return Objects.requireNonNull(value.get("_id"));
  }

  private static String indexName(Document index) {
    return (String) Objects.requireNonNull(index.get("name"));
  }
}
