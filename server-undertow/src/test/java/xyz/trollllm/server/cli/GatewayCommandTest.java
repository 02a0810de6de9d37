package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class GatewayCommandTest extends CommandTest {

  @Test
  void helpListsCommandsAndExitCodes() {
    Run run = run("--help");

    assertThat(run.exitCode()).isZero();
    assertThat(run.out()).contains("Usage: gateway", "check", "Exit codes:", "78", "69", "64");
    assertThat(run.err()).isEmpty();
  }

  @Test
  void versionTellsVersionAndJava() {
    assertThat(run("--version").out()).startsWith("gateway ").contains("Java " + Runtime.version());
  }

  @Test
  void unknownCommandGetsASuggestion() {
    Run run = run("chek");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err())
        .contains("gateway: Unmatched argument at index 0: 'chek'")
        .contains("Did you mean: gateway check")
        .doesNotContain("\tat ");
  }

  @Test
  void portInUseIsSaidInASentence() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run = run("stand-in", "--port", String.valueOf(other.getLocalPort()));

      assertThat(run.exitCode()).isEqualTo(69);
      assertThat(run.err())
          .isEqualTo("gateway: port " + other.getLocalPort() + " is in use by another program\n");
    }
  }

  @Test
  void noCommandShowsWhichThereAre() {
    Run run = run();

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).contains("Missing required subcommand", "check");
  }
}
