package xyz.trollllm.billing.mongo;

import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.backend.memory.MemoryBackend;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A fresh database: on the {@link TestServer}, or on a server of its own inside this process. */
public final class TestMongo implements AutoCloseable {
  private final @Nullable MongoServer server;
  private final MongoClient client;
  private final MongoDatabase database;

  private TestMongo(@Nullable MongoServer server, String uri) {
    this.server = server;
    this.client = MongoClients.create(uri);
    this.database = client.getDatabase("test-" + UUID.randomUUID());
  }

  /** Whether tests run against a server of its own. */
  public static boolean isExternal() {
    return TestServer.get().uri() != null;
  }

  public static TestMongo start() {
    String uri = TestServer.get().uri();
    if (uri != null) {
      return new TestMongo(null, uri);
    }
    MongoServer server = new MongoServer(new MemoryBackend());
    return new TestMongo(server, server.bindAndGetConnectionString());
  }

  /** Where the server listens. */
  ServerAddress address() {
    return client.getClusterDescription().getServerDescriptions().getFirst().getAddress();
  }

  public MongoDatabase database() {
    return database;
  }

  @Override
  public void close() {
    database.drop();
    client.close();
    if (server != null) {
      server.shutdownNow();
    }
  }
}
