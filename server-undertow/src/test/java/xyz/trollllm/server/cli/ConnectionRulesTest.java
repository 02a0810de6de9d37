package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ServerAddress;
import com.mongodb.connection.ServerConnectionState;
import com.mongodb.connection.ServerDescription;
import com.mongodb.connection.ServerType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ConnectionRulesTest extends StoreCommandTest {

  @ParameterizedTest
  @CsvSource({
    "w=1, 'w must be majority, was 1'",
    "w=0, 'w must be majority, was 0'",
    "w=elsewhere, 'w must be majority, was elsewhere'",
    "journal=false, 'journal must be true, was false'",
    "retryWrites=false, 'retryWrites must be true, was false'"
  })
  void weakerOptionIsRefusedAndNamed(String option, String problem) {
    Run run = listUsers("mongodb://ann:secret-word@127.0.0.1:1/?" + option);

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .contains(problem, "w=majority, journal=true and retryWrites=true are used")
        .doesNotContain("secret-word")
        .hasLineCount(1);
  }

  @Test
  void allWeakerOptionsAreNamedAtOnce() {
    Run run = listUsers("mongodb://127.0.0.1:1/?w=2&journal=false&retryWrites=false");

    assertThat(run.err())
        .contains("w must be majority, was 2; journal must be true", "; retryWrites must be");
  }

  @Test
  void asStrongOptionsAreTaken() {
    Run run = listUsers(uri() + "/?w=majority&journal=true&retryWrites=true&wTimeoutMS=5000");

    assertThat(run.exitCode()).isZero();
  }

  private static Run listUsers(String uri) {
    return run(Map.of("MONGODB_URI", uri), "user", "list");
  }

  @Test
  void standaloneIsNotServedFrom() {
    Run run = serve("");

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .contains("is a standalone server", "Use a replica set", "ALLOW_STANDALONE_MONGODB=true")
        .hasLineCount(1);
  }

  @Test
  void permissionIsTrueOrFalse() {
    Run run = serve("yes");

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err()).contains("ALLOW_STANDALONE_MONGODB must be true or false");
  }

  private Run serve(String allow) {
    return run(
        Map.of(
            "MONGODB_URI", uri(), "OPENHANDS_API_KEY", "sk-x", "ALLOW_STANDALONE_MONGODB", allow),
        "serve",
        "--config",
        "../deploy/goproxy/config-openhands-prod.json");
  }

  @ParameterizedTest
  @EnumSource(names = {"REPLICA_SET_PRIMARY", "SHARD_ROUTER", "LOAD_BALANCER"})
  void othersNeedNoPermission(ServerType type) {
    assertThat(ConnectionRules.isAllowedStandalone(List.of(server(type)), Map.of())).isFalse();
  }

  @Test
  void standaloneIsAllowedByName() {
    List<ServerDescription> servers = List.of(server(ServerType.STANDALONE));

    assertThat(
            ConnectionRules.isAllowedStandalone(
                servers, Map.of("ALLOW_STANDALONE_MONGODB", "true")))
        .isTrue();
    assertThatThrownBy(() ->
            ConnectionRules.isAllowedStandalone(
                servers, Map.of("ALLOW_STANDALONE_MONGODB", "false")))
        .isInstanceOf(CommandFailedException.class);
  }

  private static ServerDescription server(ServerType type) {
    return ServerDescription.builder()
        .address(new ServerAddress())
        .state(ServerConnectionState.CONNECTED)
        .ok(true)
        .type(type)
        .build();
  }
}
