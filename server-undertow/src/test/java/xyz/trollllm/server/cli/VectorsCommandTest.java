package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;

class VectorsCommandTest extends CommandTest {
  private static Run vectors(String... more) {
    String[] args = new String[more.length + 5];
    String[] first = {"vectors", "--url", "http://127.0.0.1:1", "--key", "k"};
    System.arraycopy(first, 0, args, 0, first.length);
    System.arraycopy(more, 0, args, first.length, more.length);
    return run(args);
  }

  @Test
  void urlAndKeyAreNeeded() {
    Run run = run("vectors");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).contains("--url", "--key");
  }

  @Test
  void unknownVectorsAreNamed() {
    Run run = vectors("--only", "V01,V99");

    assertThat(run.exitCode()).isEqualTo(65);
    assertThat(run.err()).isEqualTo("gateway: there are no vectors [V99]\n");
  }

  @Test
  void unknownNeedsAreNamed() {
    Run run = vectors("--with", "patience");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).contains("--with", "empty-credit, tls-upstream, short-timeout");
  }

  @Test
  void listenMustBeHostAndPort() {
    Run run = vectors("--listen", "here");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).isEqualTo("gateway: --listen must be HOST:PORT, was here\n");
  }

  @Test
  void portInUseIsSaidInASentence() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Run run = vectors("--listen", "127.0.0.1:" + other.getLocalPort());

      assertThat(run.exitCode()).isEqualTo(69);
      assertThat(run.err()).contains("cannot listen on 127.0.0.1:" + other.getLocalPort());
    }
  }

  @Test
  void gatewayThatDoesNotAnswerFailsEveryVector() {
    Run run = vectors("--listen", "127.0.0.1:0", "--only", "V01");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.out()).contains("V01  FAIL", "no answer came");
  }
}
