package xyz.trollllm.billing.mongo;

import com.mongodb.client.MongoDatabase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.bson.Document;

/**
 * A store and a way past it.
 *
 * @param insert puts a document into a collection
 * @param all reads a collection
 */
record StoreUnderTest(
    LedgerStore store, BiConsumer<String, Document> insert, Function<String, List<Document>> all) {

  static StoreUnderTest withoutDriver() {
    BackendStore store = new BackendStore();
    return new StoreUnderTest(store, store::insert, store::all);
  }

  static StoreUnderTest of(MongoDatabase database) {
    database.drop();
    return new StoreUnderTest(
        new MongoLedgerStore(database),
        (collection, document) -> database.getCollection(collection).insertOne(document),
        collection -> database.getCollection(collection).find().into(new ArrayList<>()));
  }
}
