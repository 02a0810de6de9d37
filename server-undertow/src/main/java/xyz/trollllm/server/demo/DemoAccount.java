package xyz.trollllm.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.mongo.MongoKeys;
import xyz.trollllm.billing.mongo.MongoUsers;

/** The user that the demo is tried with. */
record DemoAccount(String name, String key) {
  private static final String NAME = "demo";
  private static final Usd CREDIT = Usd.of("10");

  /** Creates user and key, unless an earlier run did; the key is kept in a file of {@code data}. */
  static DemoAccount prepare(MongoDatabase database, Path data) {
    new MongoUsers(database).create(NAME, CREDIT, CREDIT);
    Path file = data.resolve("key");
    try {
      if (!Files.exists(file)) {
        Files.writeString(file, new MongoKeys(database).create(NAME), UTF_8);
      }
      return new DemoAccount(NAME, Files.readString(file, UTF_8).strip());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot keep the demo's key in " + file, e);
    }
  }
}
