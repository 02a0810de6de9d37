package xyz.trollllm.it;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.ConnectionString;
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
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.mongo.TestServer;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.server.embedded.EmbeddedStore;

/**
 * A database with users as the existing deployment has them: made of plain documents, without the
 * product's own code. On the MongoDB that {@link TestServer} chooses, or an embedded store.
 */
final class Store implements AutoCloseable {
  private static final String NAME = "trollllm";

  private final @Nullable AutoCloseable server;
  private final String uri;
  private final MongoClient client;
  private final MongoDatabase database;
  private final List<User> users = new CopyOnWriteArrayList<>();

  private Store(@Nullable AutoCloseable server, String uri) {
    this.server = server;
    this.uri = uri;
    this.client = MongoClients.create(uri);
    this.database =
        client.getDatabase(Objects.requireNonNull(new ConnectionString(uri).getDatabase()));
  }

  /** A user with a key, and the balances it began with. */
  record User(String name, String key, double credits, double creditsNew) {}

  static Store start() {
    String chosen = TestServer.get().uri();
    if (chosen != null) {
      return new Store(null, inDatabase(chosen, NAME + '-' + UUID.randomUUID()));
    }
    try {
      Path directory = Files.createTempDirectory("gateway-it-store");
      EmbeddedStore server = EmbeddedStore.open(directory, 0);
      return new Store(server, inDatabase(server.uri(), NAME));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The store that {@code process} hosts, without anything in between. */
  static Store in(StoreProcess process) {
    return new Store(process, uri(process.port()));
  }

  private static String uri(int port) {
    return inDatabase("mongodb://127.0.0.1:" + port, NAME);
  }

  /** What {@code MONGODB_URI} is to be for a store that is reached through {@code network}. */
  static String uri(TcpProxy network) {
    return uri(network.port());
  }

  /** The same connection string, with the name of a database. */
  private static String inDatabase(String uri, String name) {
    return uri.replaceFirst("^([^:]+://[^/?]+)(/[^?]*)?", "$1/" + name);
  }

  /** What {@code MONGODB_URI} is to be. */
  String uri() {
    return uri;
  }

  MongoDatabase database() {
    return database;
  }

  User newUser(double credits, double creditsNew) {
    String name = "user-" + UUID.randomUUID();
    return newUser(
        new Document("_id", name)
            .append("credits", credits)
            .append("creditsNew", creditsNew)
            .append("refCredits", 0.0)
            .append("role", "user")
            .append("isActive", true));
  }

  /** A user as {@code document} says, with a key. */
  User newUser(Document document) {
    User user =
        new User(
            document.getString("_id"),
            "sk-troll-" + UUID.randomUUID(),
            balance(document, CreditField.CREDITS),
            balance(document, CreditField.CREDITS_NEW));
    database.getCollection("usersNew").insertOne(document);
    addKey(user.key(), user.name(), new Document("isActive", true));
    users.add(user);
    return user;
  }

  /** Another key of a user, with these fields. */
  String newKey(User user, Document fields) {
    String key = "sk-troll-" + UUID.randomUUID();
    addKey(key, user.name(), fields);
    return key;
  }

  private void addKey(String key, String user, Document fields) {
    Document document =
        new Document("_id", key).append("name", user).append("createdAt", Instant.now());
    document.putAll(fields);
    database.getCollection("user_keys").insertOne(document);
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

  /** What {@code document} says of a balance, as whatever number it is stored; 0 without any. */
  static double balance(Document document, CreditField field) {
    Number balance = document.get(field.balanceField(), Number.class);
    return balance == null ? 0 : balance.doubleValue();
  }

  /** The credit that is held for requests under way, by their ids. */
  Document holds(User user) {
    return document(user).getEmbedded(List.of("gw", "h"), new Document());
  }

  /** The stored request records of a user. */
  List<Document> records(User user) {
    return database
        .getCollection("request_logs")
        .find(eq("userId", user.name()))
        .into(new ArrayList<>());
  }

  /** The stored record of a request, once there is one. */
  Optional<Document> record(String requestId) {
    return Optional.ofNullable(
        database.getCollection("request_logs").find(eq("_id", requestId)).first());
  }

  @Override
  public void close() {
    if (server == null) {
      database.drop();
      client.close();
      return;
    }
    client.close();
    try {
      server.close();
    } catch (Exception e) {
      throw new AssertionError("the store was not closed", e);
    }
  }
}
