package xyz.trollllm.server.cli;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.nio.file.Path;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.server.embedded.EmbeddedStore;

/** Runs commands that need a database, on one of their own. */
abstract class StoreCommandTest extends CommandTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private EmbeddedStore store;

  private @Nullable MongoClient client;

  @BeforeEach
  void open() {
    store = EmbeddedStore.open(folder, 0);
  }

  @AfterEach
  void close() {
    if (client != null) {
      client.close();
    }
    store.close();
  }

  /** The users, past all commands. */
  MongoCollection<Document> users() {
    return collection("usersNew");
  }

  MongoCollection<Document> collection(String name) {
    return database().getCollection(name);
  }

  MongoDatabase database() {
    if (client == null) {
      client = MongoClients.create(uri());
    }
    return client.getDatabase("test");
  }

  /** Where the store is, without a database. */
  String uri() {
    return store.uri();
  }

  Run gateway(String... args) {
    return run(Map.of("MONGODB_URI", uri() + "/test"), args);
  }
}
