package xyz.trollllm.it;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;
import xyz.trollllm.server.embedded.EmbeddedStore;

/**
 * A database with users as the existing deployment has them: made of plain documents, without the
 * product's own code.
 */
final class Store implements AutoCloseable {
  private static final String NAME = "trollllm";

  private final EmbeddedStore server;
  private final MongoClient client;
  private final MongoDatabase database;
  private final List<User> users = new CopyOnWriteArrayList<>();

  private Store(EmbeddedStore server) {
    this.server = server;
    this.client = MongoClients.create(server.uri());
    this.database = client.getDatabase(NAME);
  }

  /** A user with a key, and the balances it began with. */
  record User(String name, String key, double credits, double creditsNew) {}

  static Store start() {
    try {
      Path directory = Files.createTempDirectory("gateway-it-store");
      return new Store(EmbeddedStore.open(directory, 0));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What {@code MONGODB_URI} is to be. */
  String uri() {
    return server.uri() + "/" + NAME;
  }

  MongoDatabase database() {
    return database;
  }

  User newUser(double credits, double creditsNew) {
    String name = "user-" + UUID.randomUUID();
    User user = new User(name, "sk-troll-" + UUID.randomUUID(), credits, creditsNew);
    database
        .getCollection("usersNew")
        .insertOne(
            new Document("_id", name)
                .append("credits", credits)
                .append("creditsNew", creditsNew)
                .append("refCredits", 0.0)
                .append("role", "user")
                .append("isActive", true));
    database
        .getCollection("user_keys")
        .insertOne(
            new Document("_id", user.key())
                .append("name", name)
                .append("isActive", true)
                .append("createdAt", Instant.now()));
    users.add(user);
    return user;
  }

  /** Everybody created so far. */
  List<User> users() {
    return List.copyOf(users);
  }

  Document document(User user) {
    Document found = database.getCollection("usersNew").find(eq("_id", user.name())).first();
    if (found == null) {
      throw new IllegalStateException("no document of " + user.name());
    }
    return found;
  }

  /** The stored request records of a user. */
  List<Document> records(User user) {
    return database
        .getCollection("request_logs")
        .find(eq("userId", user.name()))
        .into(new ArrayList<>());
  }

  @Override
  public void close() {
    client.close();
    server.close();
  }
}
