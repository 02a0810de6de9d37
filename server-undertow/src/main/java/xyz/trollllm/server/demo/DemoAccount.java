package xyz.trollllm.server.demo;

import static com.mongodb.client.model.Filters.eq;

import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.security.SecureRandom;
import java.util.HexFormat;
import org.bson.Document;

/** The user that the demo is tried with. */
record DemoAccount(String name, String key) {
  private static final String NAME = "demo";
  private static final double CREDIT = 10;

  static DemoAccount prepare(MongoDatabase database) {
    MongoCollection<Document> keys = database.getCollection("user_keys");
    Document known = keys.find(eq("name", NAME)).first();
    if (known != null) {
      return new DemoAccount(NAME, known.getString("_id"));
    }
    byte[] random = new byte[16];
    new SecureRandom().nextBytes(random);
    String key = "sk-demo-" + HexFormat.of().formatHex(random);
    database
        .getCollection("usersNew")
        .insertOne(
            new Document("_id", NAME)
                .append("credits", CREDIT)
                .append("creditsNew", CREDIT)
                .append("isActive", true));
    keys.insertOne(new Document("_id", key).append("name", NAME).append("isActive", true));
    return new DemoAccount(NAME, key);
  }
}
