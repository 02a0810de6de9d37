package xyz.trollllm.server.embedded;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoCollection;
import java.nio.file.Path;
import java.util.UUID;
import org.bson.Document;

/**
 * A process that writes to an embedded store until it is killed, and says on its standard output
 * what was acknowledged: the ids of inserted documents, and {@code +} for every increment.
 */
final class Victim {
  static final int WRITERS = 8;
  static final Document COUNTER = new Document("_id", "counter");

  private Victim() {}

  /** Takes the directory of the store. */
  public static void main(String[] arguments) {
    EmbeddedStore store = EmbeddedStore.open(Path.of(arguments[0]), 0);
    MongoClient client = MongoClients.create(store.uri());
    MongoCollection<Document> inserted = client.getDatabase("test").getCollection("inserted");
    MongoCollection<Document> counted = client.getDatabase("test").getCollection("counted");
    if (counted.countDocuments() == 0) {
      counted.insertOne(new Document(COUNTER).append("n", 0L));
    }
    for (int i = 0; i < WRITERS; i++) {
      Thread.ofPlatform().start(() -> writeForEver(inserted, counted));
    }
  }

  private static void writeForEver(
      MongoCollection<Document> inserted, MongoCollection<Document> counted) {
    while (true) {
      String id = UUID.randomUUID().toString();
      inserted.insertOne(new Document("_id", id));
      System.out.println(id);
      counted.updateOne(COUNTER, new Document("$inc", new Document("n", 1L)));
      System.out.println("+");
    }
  }
}
