package xyz.trollllm.server.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.MongoWriteException;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.IndexOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.bson.types.ObjectId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class EmbeddedStoreTest {
  @TempDir Path directory;

  @Test
  void documentsSurviveReopening() {
    Document document =
        new Document("_id", "ann")
            .append("credits", 12.5)
            .append("count", 7L)
            .append("small", 3)
            .append("exact", Decimal128.parse("0.1"))
            .append("at", Date.from(Instant.ofEpochMilli(1_700_000_000_123L)))
            .append("ref", new ObjectId("0123456789abcdef01234567"))
            .append("none", null)
            .append("list", List.of("a", 1, new Document("b", true)))
            .append("gw", new Document("held", new Document("credits", 5L)));
    withStore(database -> users(database).insertOne(document));

    withStore(database -> assertThat(users(database).find()).containsExactly(document));
  }

  @Test
  void updatesAndDeletionsSurviveReopening() {
    withStore(database -> {
      users(database).insertOne(user("ann").append("gw", new Document("h", new Document())));
      users(database).insertOne(user("bob"));
      update(database, "ann", "{$set: {'gw.h.r1': {n: 5}, role: 'user'}, $inc: {credits: 1}}");
      update(database, "ann", "{$unset: {'gw.h.r1': '', role: ''}, $inc: {'gw.n': 2}}");
      users(database).deleteOne(new Document("_id", "bob"));
    });

    withStore(database ->
        assertThat(users(database).find())
            .containsExactly(Document.parse("{_id: 'ann', credits: 2.0, gw: {h: {}, n: 2}}")));
  }

  @Test
  void collectionsAreKeptApart() {
    withStore(database -> {
      users(database).insertOne(user("ann"));
      database.getCollection("request_logs").insertOne(new Document("_id", "ann"));
      update(database, "ann", "{$inc: {credits: 1}}");
    });

    withStore(database -> {
      assertThat(users(database).find()).containsExactly(user("ann").append("credits", 2.0));
      assertThat(database.getCollection("request_logs").find())
          .containsExactly(new Document("_id", "ann"));
    });
  }

  @Test
  void droppedCollectionsStayAway() {
    withStore(database -> {
      users(database).insertOne(user("ann"));
      users(database).drop();
      users(database).insertOne(user("bob"));
    });

    withStore(database -> assertThat(users(database).find()).containsExactly(user("bob")));
  }

  @Test
  void uniqueIndexesAreEnforcedAfterReopening() {
    withStore(database -> {
      users(database)
          .createIndex(new Document("keyHash", 1), new IndexOptions().unique(true).sparse(true));
      users(database).insertOne(user("ann").append("keyHash", "x"));
    });

    withStore(database -> {
      users(database).insertOne(user("bob"));
      users(database).insertOne(user("cid"));
      assertThatThrownBy(() -> users(database).insertOne(user("dan").append("keyHash", "x")))
          .isInstanceOf(MongoWriteException.class)
          .hasMessageContaining("11000");
    });
  }

  @Test
  void reopeningTwiceChangesNothing() {
    withStore(database -> users(database).insertOne(user("ann")));
    withStore(database -> update(database, "ann", "{$inc: {credits: 1}}"));
    withStore(_ -> {});

    withStore(database ->
        assertThat(users(database).find()).containsExactly(user("ann").append("credits", 2.0)));
  }

  @Test
  void journalIsWrittenAnewWhenItHasGrown() throws IOException {
    long small = 20_000;
    try (EmbeddedStore store = EmbeddedStore.open(directory, 0, small);
        MongoClient client = MongoClients.create(store.uri())) {
      MongoDatabase database = client.getDatabase("trollllm");
      users(database).insertMany(List.of(user("ann"), user("bob")));
      IntStream.range(0, 2_000)
          .parallel()
          .forEach(i -> update(database, i % 2 == 0 ? "ann" : "bob", "{$inc: {credits: 1}}"));
    }

    assertThat(Files.size(directory.resolve("journal"))).isLessThan(2 * small);
    withStore(database ->
        assertThat(users(database).find())
            .containsExactlyInAnyOrder(
                user("ann").append("credits", 1001.0), user("bob").append("credits", 1001.0)));
  }

  @Test
  void tornTailIsDroppedAndKeptAside() throws IOException {
    withStore(database -> users(database).insertOne(user("ann")));
    Path journal = directory.resolve("journal");
    long whole = Files.size(journal);
    withStore(database -> users(database).insertOne(user("bob")));
    byte[] torn = Files.readAllBytes(journal);
    for (long length = whole + 1; length < torn.length; length += 7) {
      Files.write(journal, Arrays.copyOf(torn, (int) length));

      withStore(database -> assertThat(users(database).find()).containsExactly(user("ann")));
    }
    try (var files = Files.list(directory)) {
      assertThat(files).anyMatch(file -> file.getFileName().toString().startsWith("journal.torn"));
    }
  }

  @Test
  void damagedTailIsDropped() throws IOException {
    withStore(database -> users(database).insertOne(user("ann")));
    Files.write(
        directory.resolve("journal"),
        new byte[] {0, 0, 0, 2, 1, 2, 3, 4, 5, 6},
        StandardOpenOption.APPEND);

    withStore(database -> assertThat(users(database).find()).containsExactly(user("ann")));
  }

  @Test
  void secondStoreOfADirectoryIsRefusedAndToldWhereTheFirstIs() {
    try (EmbeddedStore first = EmbeddedStore.open(directory, 0)) {
      assertThatThrownBy(() -> EmbeddedStore.open(directory, 0))
          .isInstanceOf(EmbeddedStoreException.class)
          .hasMessage(
              directory
                  + " is in use by another embedded store; to share it, set MONGODB_URI="
                  + first.uri());
    }
  }

  @Test
  void directoryThatIsAFileIsRefused() throws IOException {
    Path file = Files.createFile(directory.resolve("file"));

    assertThatThrownBy(() -> EmbeddedStore.open(file, 0))
        .isInstanceOf(EmbeddedStoreException.class)
        .hasMessageContaining("cannot use " + file);
  }

  @Test
  void listensOnLoopbackOnly() {
    try (EmbeddedStore store = EmbeddedStore.open(directory, 0)) {
      assertThat(store.uri()).startsWith("mongodb://127.0.0.1:");
    }
  }

  private void withStore(Consumer<MongoDatabase> use) {
    try (EmbeddedStore store = EmbeddedStore.open(directory, 0);
        MongoClient client = MongoClients.create(store.uri())) {
      use.accept(client.getDatabase("trollllm"));
    }
  }

  private static MongoCollection<Document> users(MongoDatabase database) {
    return database.getCollection("usersNew");
  }

  private static Document user(String name) {
    return new Document("_id", name).append("credits", 1.0);
  }

  private static void update(MongoDatabase database, String name, String update) {
    users(database).updateOne(new Document("_id", name), Document.parse(update));
  }
}
