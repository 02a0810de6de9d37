package xyz.trollllm.billing.mongo;

import com.mongodb.WriteConcern;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.bson.Document;
import xyz.trollllm.billing.KeyId;

/** API keys as their operator manages them. All methods block. Safe for use by many threads. */
public final class MongoKeys {
  private static final String PREFIX = "sk-trollllm-";
  private static final int RANDOM_BYTES = 32;
  private static final int SHOWN_DIGITS = 4;
  private static final String ACTIVE = "isActive";

  private final MongoCollection<Document> keys;
  private final SecureRandom random = new SecureRandom();

  public MongoKeys(MongoDatabase database) {
    this.keys =
        database
            .getCollection(Collections.KEYS)
            .withWriteConcern(WriteConcern.MAJORITY.withJournal(true));
  }

  /**
   * One key, without the key.
   *
   * @param id {@link KeyId} of the key
   * @param lastDigits what the key ends with
   */
  public record Key(String id, String lastDigits, boolean active, long requests, long tokens) {}

  /** Creates a key for the user and returns it: the only time it is shown. */
  public String create(String userId) {
    byte[] bytes = new byte[RANDOM_BYTES];
    random.nextBytes(bytes);
    String key = PREFIX + HexFormat.of().formatHex(bytes);
    keys.insertOne(
        new Document("_id", key)
            .append("name", userId)
            .append("keyHash", KeyId.hash(key))
            .append(ACTIVE, true)
            .append("tokensUsed", 0L)
            .append("requestsCount", 0L));
    return key;
  }

  /** The keys of a user in {@code user_keys}, revoked ones included. */
  public List<Key> list(String userId) {
    return documents(userId).stream().map(MongoKeys::key).toList();
  }

  private static Key key(Document document) {
    String key = document.getString("_id");
    return new Key(
        KeyId.of(key),
        key.substring(Math.max(0, key.length() - SHOWN_DIGITS)),
        !Boolean.FALSE.equals(document.get(ACTIVE)),
        Documents.count(document, "requestsCount"),
        Documents.count(document, "tokensUsed"));
  }

  /** Ends a key for ever. False if the user has no key of that id. */
  public boolean revoke(String userId, String keyId) {
    for (Document document : documents(userId)) {
      if (KeyId.of(document.getString("_id")).equals(keyId)) {
        keys.updateOne(
            new Document("_id", document.getString("_id")),
            new Document("$set", new Document(ACTIVE, false)));
        return true;
      }
    }
    return false;
  }

  /** Replaces a key: the new one works before the old one ends. Empty if there is no such key. */
  public Optional<String> rotate(String userId, String keyId) {
    if (list(userId).stream().noneMatch(key -> key.active() && key.id().equals(keyId))) {
      return Optional.empty();
    }
    String replacement = create(userId);
    revoke(userId, keyId);
    return Optional.of(replacement);
  }

  private List<Document> documents(String userId) {
    return keys.find(new Document("name", userId)).into(new ArrayList<>());
  }
}
