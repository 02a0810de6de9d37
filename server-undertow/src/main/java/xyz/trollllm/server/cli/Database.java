package xyz.trollllm.server.cli;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoException;
import com.mongodb.ReadPreference;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.util.concurrent.TimeUnit;
import org.bson.Document;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database that {@code MONGODB_URI} and {@code MONGODB_DB_NAME} name. What is written there is
 * acknowledged by a majority and journalled.
 */
public final class Database implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Database.class);
  private static final String DEFAULT_NAME = "trollllm";
  private static final int PATIENCE_SECONDS = 5;

  private final MongoClient client;
  private final MongoDatabase database;

  private Database(MongoClient client, MongoDatabase database) {
    this.client = client;
    this.database = database;
  }

  /**
   * Connects, and makes sure that somebody answers.
   *
   * @throws CommandFailedException if the variable is missing, wrong or asks for less than durable
   *     writes, or nobody answers
   */
  public static Database connect(Shell shell) {
    String uri = shell.environment().getOrDefault("MONGODB_URI", "");
    if (uri.isBlank()) {
      throw new CommandFailedException(
          ExitCode.CONFIG, "MONGODB_URI is not set; it names the database of users and credits");
    }
    ConnectionString connection = parse(uri);
    ConnectionRules.requireDurable(connection);
    String inUri = connection.getDatabase();
    String name = shell.environment().getOrDefault("MONGODB_DB_NAME", "");
    if (name.isBlank()) {
      name = inUri == null ? DEFAULT_NAME : inUri;
    }
    MongoClient client =
        MongoClients.create(
            MongoClientSettings.builder()
                .applyToClusterSettings(
                    cluster -> cluster.serverSelectionTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS))
                .applyToSocketSettings(socket ->
                    socket
                        .connectTimeout(PATIENCE_SECONDS, TimeUnit.SECONDS)
                        .readTimeout(2 * PATIENCE_SECONDS, TimeUnit.SECONDS))
                .applyConnectionString(connection)
                .writeConcern(ConnectionRules.DURABLE)
                .retryWrites(true)
                .build());
    // A secondary may lag behind what was just held or settled.
    MongoDatabase database = client.getDatabase(name).withReadPreference(ReadPreference.primary());
    try {
      database.runCommand(new Document("ping", 1));
    } catch (MongoException e) {
      client.close();
      throw new CommandFailedException(
          ExitCode.UNAVAILABLE, "the database that MONGODB_URI names does not answer");
    }
    return new Database(client, database);
  }

  /**
   * As {@link #connect}, for serving requests: a standalone server is refused unless {@code
   * ALLOW_STANDALONE_MONGODB} allows it.
   *
   * @throws CommandFailedException also if the server is refused
   */
  public static Database connectToServe(Shell shell) {
    Database database = connect(shell);
    try {
      if (ConnectionRules.isAllowedStandalone(
          database.client.getClusterDescription().getServerDescriptions(), shell.environment())) {
        LOG.warn("the database is a standalone server: what it acknowledged may be lost with it");
      }
      return database;
    } catch (CommandFailedException e) {
      database.close();
      throw e;
    }
  }

  public MongoDatabase database() {
    return database;
  }

  @Override
  public void close() {
    client.close();
  }

  private static ConnectionString parse(String uri) {
    try {
      return new ConnectionString(uri);
    } catch (IllegalArgumentException e) {
      // The message repeats the URI, and with it the password.
      throw new CommandFailedException(
          ExitCode.CONFIG, "MONGODB_URI is not a MongoDB connection string (mongodb://...)");
    }
  }
}
