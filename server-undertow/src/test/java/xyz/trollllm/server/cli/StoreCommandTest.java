package xyz.trollllm.server.cli;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.server.embedded.EmbeddedStore;

/** Runs commands that need a database, on one of their own. */
abstract class StoreCommandTest extends CommandTest {
  @TempDir Path folder;

  @SuppressWarnings("NullAway.Init") // set before each test
  private EmbeddedStore store;

  @BeforeEach
  void open() {
    store = EmbeddedStore.open(folder, 0);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Where the store is, without a database. */
  String uri() {
    return store.uri();
  }

  Run gateway(String... args) {
    return run(Map.of("MONGODB_URI", uri() + "/test"), args);
  }
}
