package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.MongoClientSettings;
import com.mongodb.ServerAddress;
import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The connection breaks at each single statement that the driver really sends, before or after the
 * store has carried it out.
 */
final class DriverFaultsTest {
  private final TestMongo mongo = TestMongo.start();
  private final CuttingProxy proxy;
  private final MongoClient client;

  DriverFaultsTest() throws IOException {
    this.proxy = new CuttingProxy(mongo.address().getPort());
    this.client =
        MongoClients.create(
            MongoClientSettings.builder()
                .retryReads(false)
                .retryWrites(false)
                .applyToClusterSettings(
                    cluster -> cluster.hosts(List.of(new ServerAddress("127.0.0.1", proxy.port()))))
                .applyToServerSettings(
                    settings -> settings.minHeartbeatFrequency(1, TimeUnit.MILLISECONDS))
                .build());
  }

  @AfterEach
  void disconnect() throws IOException {
    try (mongo;
        proxy) {
      client.close();
    }
  }

  @ParameterizedTest
  @EnumSource
  void brokenConnectionLosesAndDoublesNothing(FaultScenario scenario) {
    int statements = run(scenario, -1, false);
    for (int statement = 0; statement < statements; statement++) {
      run(scenario, statement, false);
      run(scenario, statement, true);
    }
    System.out.printf("%s: %d connections broken, 0 violations%n", scenario, 2 * statements);
  }

  private int run(FaultScenario scenario, int cutAt, boolean isPassedOn) {
    proxy.cutAt(-1, false);
    StoreUnderTest direct = StoreUnderTest.of(mongo.database());
    MongoLedgerStore store = new MongoLedgerStore(client.getDatabase(mongo.database().getName()));
    FaultWorld world =
        new FaultWorld(
            new StoreUnderTest(store, direct.insert(), direct.all()),
            FaultPlan.NONE,
            UnaryOperator.identity(),
            false);
    proxy.cutAt(cutAt, isPassedOn);
    scenario.run(world);
    int statements = proxy.statements();
    proxy.cutAt(-1, false);
    world.recover();
    assertThat(world.violations())
        .as("%s, cut at %d, %s", scenario, cutAt, isPassedOn ? "passed on" : "lost")
        .isEmpty();
    return statements;
  }
}
