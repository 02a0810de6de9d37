package xyz.trollllm.billing.mongo;

import com.mongodb.MongoClientException;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import io.netty.channel.embedded.EmbeddedChannel;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Date;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.bson.Document;
import org.bson.conversions.Bson;
import org.bson.types.Binary;
import org.jspecify.annotations.Nullable;

/** The embedded store, reached without driver and sockets: for tests that make a million calls. */
final class BackendStore implements LedgerStore {
  private static final int DUPLICATE_KEY = 11000;
  private static final String DATABASE = "test";

  /** The server tells its clients apart by their channels; nothing passes through this one. */
  private static final EmbeddedChannel CLIENT = new EmbeddedChannel();

  private final MemoryBackend backend = new MemoryBackend();

  void insert(String collection, Document document) {
    insert(collection, List.of(document));
  }

  List<Document> all(String collection) {
    return find(collection, new Document(), new Document());
  }

  @Override
  public boolean update(UserUpdate update) {
    Document statement =
        new Document("q", update.filter())
            .append("u", update.update())
            .append("multi", false)
            .append("upsert", false);
    Document reply =
        run(
            new Document("update", Collections.USERS)
                .append("updates", List.of(statement))
                .append("$db", DATABASE));
    if (reply.containsKey("writeErrors")) {
      throw new MongoClientException("refused: " + reply);
    }
    return reply.get("n", Number.class).longValue() == 1;
  }

  @Override
  public void updateAll(List<UserUpdate> updates) {
    updates.forEach(this::update);
  }

  @Override
  public @Nullable Document user(String userId, Bson projection) {
    List<Document> found =
        find(Collections.USERS, new Document("_id", userId), (Document) projection);
    return found.isEmpty() ? null : found.getFirst();
  }

  @Override
  public @Nullable Document logRow(String id) {
    List<Document> found = find(Collections.REQUEST_LOGS, new Document("_id", id), new Document());
    return found.isEmpty() ? null : found.getFirst();
  }

  @Override
  public List<Document> logRows(String userId, @Nullable String before, int limit) {
    throw new UnsupportedOperationException("the ledger itself never asks for this");
  }

  @Override
  public Appended append(List<Document> rows) {
    if (rows.isEmpty()) {
      return new Appended(Set.of(), Set.of());
    }
    Document reply = insert(Collections.REQUEST_LOGS, rows);
    Set<String> added = new HashSet<>();
    rows.forEach(row -> added.add(row.getString("_id")));
    Set<String> found = new HashSet<>();
    for (Document error : reply.getList("writeErrors", Document.class, List.of())) {
      String id = rows.get(error.getInteger("index")).getString("_id");
      added.remove(id);
      if (error.getInteger("code") == DUPLICATE_KEY) {
        found.add(id);
      }
    }
    return new Appended(added, found);
  }

  @Override
  public void dirtyUsers(Consumer<Dirty> visitor) {
    for (Document user : find(Collections.USERS, new Document(Paths.DIRTY, true), new Document())) {
      Document past = Documents.at(user, Past.path(), Document.class);
      visitor.accept(
          new Dirty(
              user.getString("_id"),
              Instant.now(),
              OutboxEntry.in(user),
              past == null ? List.of() : List.copyOf(past.keySet())));
    }
  }

  @Override
  public void usersWithHoldsExpiring(Instant before, Consumer<Document> visitor) {
    Document filter =
        new Document(Paths.NEXT_EXPIRY, new Document("$lt", Date.from(before)))
            .append(Paths.OPEN_HOLDS, new Document("$gt", 0));
    find(Collections.USERS, filter, new Document()).forEach(visitor);
  }

  private Document insert(String collection, List<Document> documents) {
    return run(
        new Document("insert", collection)
            .append("documents", documents)
            .append("ordered", false)
            .append("$db", DATABASE));
  }

  private List<Document> find(String collection, Document filter, Document projection) {
    Document reply =
        run(
            new Document("find", collection)
                .append("filter", filter)
                .append("projection", projection)
                .append("batchSize", 1_000)
                .append("$db", DATABASE));
    return reply.get("cursor", Document.class).getList("firstBatch", Document.class);
  }

  private Document run(Document command) {
    String name = command.keySet().iterator().next();
    return (Document)
        ours(
            backend.handleCommand(
                CLIENT, DATABASE, name, (de.bwaldvogel.mongo.bson.Document) theirs(command)));
  }

  private static Object theirs(Object value) {
    return switch (value) {
      case Document document -> {
        de.bwaldvogel.mongo.bson.Document copy = new de.bwaldvogel.mongo.bson.Document();
        document.forEach((name, field) -> copy.put(name, field == null ? null : theirs(field)));
        yield copy;
      }
      case Collection<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(element == null ? null : theirs(element)));
        yield copy;
      }
      case Date date -> date.toInstant();
      case Binary binary -> new de.bwaldvogel.mongo.bson.BinData(binary.getData());
      default -> value;
    };
  }

  private static Object ours(Object value) {
    return switch (value) {
      case Map<?, ?> document -> {
        Document copy = new Document();
        document.forEach(
            (name, field) -> copy.put((String) name, field == null ? null : ours(field)));
        yield copy;
      }
      case Collection<?> list -> {
        List<Object> copy = new ArrayList<>();
        list.forEach(element -> copy.add(element == null ? null : ours(element)));
        yield copy;
      }
      case Instant instant -> Date.from(instant);
      case de.bwaldvogel.mongo.bson.BinData binary -> new Binary(binary.getData());
      default -> value;
    };
  }
}
