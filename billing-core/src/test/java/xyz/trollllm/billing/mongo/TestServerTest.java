package xyz.trollllm.billing.mongo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.connection.ServerType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How tests come to their store, with a program that stands in for {@code mongod}. */
final class TestServerTest {
  @TempDir Path folder;

  private Path program(String script) throws IOException {
    Path program = Files.writeString(folder.resolve("mongod"), "#!/bin/sh\n" + script + '\n');
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return program;
  }

  private Path standIn() throws IOException {
    return program(
        "echo \"$@\" > '%s'\nexec '%s' -cp '%s' %s \"$@\""
            .formatted(
                folder.resolve("arguments"),
                Path.of(System.getProperty("java.home"), "bin", "java"),
                System.getProperty("java.class.path"),
                StandInMongod.class.getName()));
  }

  @Test
  void programOnThePathIsFound() throws IOException {
    Path program = program("exit 1");
    Map<String, String> path = Map.of("PATH", "/nowhere:" + folder);

    assertThat(MongodProgram.find(path)).contains(program);
  }

  @Test
  void startedProgramIsPrimaryOfAReplicaSetAndLeavesNothingBehind() throws IOException {
    Path data;
    try (MongodProcess process = MongodProcess.start(standIn());
        MongoClient client = MongoClients.create(process.uri())) {
      data = process.folder();
      client.getDatabase("test").getCollection("c").insertOne(new Document("_id", 1));

      assertThat(client.getClusterDescription().getServerDescriptions())
          .extracting(server -> server.getType())
          .containsExactly(ServerType.REPLICA_SET_PRIMARY);
      assertThat(Files.readString(folder.resolve("arguments")))
          .contains("--dbpath " + data.resolve("data"), "--bind_ip 127.0.0.1", "--replSet tests");
    }
    assertThat(data).doesNotExist();
  }

  @Test
  void programThatEndsIsReportedWithItsLastWords() throws IOException {
    Path program = program("echo no space left");

    assertThatThrownBy(() -> MongodProcess.start(program))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("no space left");
    assertThat(TestServer.choose(Map.of("PATH", folder.toString())))
        .extracting(TestServer::uri, server -> server.why().contains("could not be used"))
        .containsExactly(null, true);
  }

  @Test
  void environmentGoesFirst() {
    String uri = "mongodb://somewhere/?replicaSet=x";

    assertThat(TestServer.choose(Map.of("TEST_MONGODB_URI", uri)).uri()).isEqualTo(uri);
    assertThat(TestServer.choose(Map.of("TEST_MONGODB_URI", "embedded", "PATH", "/")).uri())
        .isNull();
  }
}
