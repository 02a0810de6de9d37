package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoCollection;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.KeyId;

final class MongoKeysTest {
  private final TestMongo mongo = TestMongo.start();
  private final MongoCollection<Document> documents = mongo.database().getCollection("user_keys");
  private final MongoKeys keys = new MongoKeys(mongo.database());

  @AfterEach
  void close() {
    mongo.close();
  }

  @Test
  void createdKeyIsLongRandomAndTheUsers() {
    String key = keys.create("ann");

    assertThat(key).matches("sk-trollllm-[0-9a-f]{64}").isNotEqualTo(keys.create("ann"));
    assertThat(documents.find(new Document("_id", key)).first())
        .containsEntry("name", "ann")
        .containsEntry("isActive", true)
        .containsEntry("keyHash", KeyId.hash(key));
  }

  @Test
  void listedKeysDoNotShowTheKey() {
    String key = keys.create("ann");

    List<MongoKeys.Key> listed = keys.list("ann");

    assertThat(listed)
        .containsExactly(
            new MongoKeys.Key(KeyId.of(key), key.substring(key.length() - 4), true, 0, 0));
    assertThat(keys.list("bob")).isEmpty();
  }

  @Test
  void legacyKeyIsListed() {
    documents.insertOne(
        Document.parse("{_id: 'sk-old1', name: 'ann', tokensUsed: 12.0, requestsCount: 3}"));

    assertThat(keys.list("ann"))
        .containsExactly(new MongoKeys.Key(KeyId.of("sk-old1"), "old1", true, 3, 12));
  }

  @Test
  void revokedKeyIsInactive() {
    String revoked = keys.create("ann");
    String kept = keys.create("ann");

    assertThat(keys.revoke("ann", KeyId.of(revoked))).isTrue();
    assertThat(keys.revoke("bob", KeyId.of(kept))).isFalse();

    assertThat(keys.list("ann"))
        .filteredOn(MongoKeys.Key::active)
        .extracting(MongoKeys.Key::id)
        .containsExactly(KeyId.of(kept));
  }

  @Test
  void rotatedKeyIsReplaced() {
    String old = keys.create("ann");

    String replacement = keys.rotate("ann", KeyId.of(old)).orElseThrow();

    assertThat(keys.list("ann"))
        .filteredOn(MongoKeys.Key::active)
        .extracting(MongoKeys.Key::id)
        .containsExactly(KeyId.of(replacement));
    assertThat(keys.rotate("ann", KeyId.of(old))).isEmpty();
  }

  @Test
  void namesOfKeysAreHashes() {
    assertThat(KeyId.of("abc")).isEqualTo("sha256:ba7816bf8f01cfea");
    assertThat(KeyId.hash("abc")).startsWith("ba7816bf8f01cfea").hasSize(64);
  }
}
