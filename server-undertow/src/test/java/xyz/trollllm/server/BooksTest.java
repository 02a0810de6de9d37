package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.billing.mongo.MongoLedgerIndexes;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.server.embedded.EmbeddedStore;

class BooksTest {
  @TempDir Path folder;

  @Test
  void ledgerThatCannotBeOpenedLeavesNothingBehind() {
    GatewayConfig config = config();
    try (EmbeddedStore store = EmbeddedStore.open(folder.resolve("store"), 0);
        MongoClient client = MongoClients.create(store.uri())) {
      MongoDatabase database = client.getDatabase("test");
      AtomicInteger asked = new AtomicInteger();
      MongoLedgerIndexes.create(countingCollections(database, asked, Integer.MAX_VALUE));
      int ofIndexes = asked.getAndSet(0);
      Set<Thread> before = watches();

      assertThatThrownBy(() -> Books.open(config, countingCollections(database, asked, ofIndexes)))
          .hasMessage("no more collections");

      await().until(() -> before.containsAll(watches()));
      Books.open(config, database).close(); // the journal is free
    }
  }

  private static Set<Thread> watches() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().equals("store-watch"))
        .collect(Collectors.toCollection(HashSet::new));
  }

  /** A database that gives out so many collections. */
  private static MongoDatabase countingCollections(
      MongoDatabase database, AtomicInteger asked, int most) {
    return (MongoDatabase)
        Proxy.newProxyInstance(
            BooksTest.class.getClassLoader(),
            new Class<?>[] {MongoDatabase.class},
            (_, method, arguments) -> {
              if (method.getName().equals("getCollection") && asked.incrementAndGet() > most) {
                throw new IllegalStateException("no more collections");
              }
              try {
                return method.invoke(database, arguments);
              } catch (InvocationTargetException e) {
                throw Objects.requireNonNull(e.getCause());
              }
            });
  }

  private GatewayConfig config() {
    return ConfigLoader.load(
        "test.json",
        ServerFixture.CONFIG.replace("UPSTREAM", "http://127.0.0.1:1"),
        Map.of("JOURNAL_DIRECTORY", folder.resolve("journal").toString()));
  }
}
