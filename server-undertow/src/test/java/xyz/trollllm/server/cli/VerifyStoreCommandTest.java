package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifyStoreCommandTest extends StoreCommandTest {

  @Test
  void everyStatementOfTheLedgerWorksOnTheEmbeddedStoreAndItsDifferencesAreListed() {
    Run run = gateway("verify-store");

    assertThat(run.out().lines().filter(line -> !line.startsWith("ok ")))
        .satisfiesExactly(
            line -> assertThat(line).startsWith("differs  topology: standalone server - "),
            line -> assertThat(line).startsWith("differs  permissions: not told"),
            line -> assertThat(line).startsWith("differs  retryable writes: not offered - "),
            line -> assertThat(line).startsWith("differs  partial index: plans are not told"),
            line -> assertThat(line).startsWith("differs  int64 overflow: wraps around - "),
            line -> assertThat(line).isEqualTo("11 ok, 5 differ(s), 0 missing"));
    assertThat(run.out()).contains("ok       the ledger's statements: 24 tried");
    assertThat(run.err()).isEmpty();
    assertThat(run.exitCode()).isEqualTo(1);
  }

  @Test
  void nothingIsLeftBehindAndTheProductsDatabaseIsNotTouched() {
    gateway("user", "create", "ann");

    run(Map.of(), "verify-store", uri() + "/test");

    List<String> names = new ArrayList<>();
    try (MongoClient client = MongoClients.create(uri())) {
      client.listDatabaseNames().into(names);
    }
    assertThat(names).noneMatch(name -> name.contains("_verify_"));
    assertThat(gateway("user", "list").out()).contains("1 user(s)");
  }
}
