package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckCommandTest extends CommandTest {
  private static final Path SHIPPED = Path.of("../deploy/goproxy");
  private static final String CHAT = SHIPPED.resolve("config-openhands-prod.json").toString();
  private static final String CHAT2 = SHIPPED.resolve("config-ohmygpt-prod.json").toString();

  @TempDir Path folder;

  @Test
  void shippedFilesPassAndShowTheirRoutes() {
    Run run = run("check", CHAT, CHAT2);

    assertThat(run.exitCode()).isZero();
    assertThat(run.err()).isEmpty();
    assertThat(run.out())
        .containsPattern("chat\\.trollllm\\.xyz +goproxy-openhands +8004 .* creditsNew ")
        .containsPattern("chat2\\.trollllm\\.xyz +goproxy-ohmygpt +8005 .* credits ")
        .endsWith("Checked 2 file(s): 0 problem(s), 0 warning(s).\n");
  }

  @Test
  void tellsAllProblemsOfAllFiles() throws IOException {
    String wrong = changed("\"billing_upstream\": \"openhands\"", "\"billing_upstream\": \"ohmy\"");

    Run run = run("check", CHAT2, wrong, folder.resolve("absent.json").toString());

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err())
        .contains("problem: " + wrong + " $.models[0].billing_upstream: ")
        .contains("problem: " + folder.resolve("absent.json") + ": does not exist");
    assertThat(run.out()).contains("goproxy-ohmygpt").contains("Checked 3 file(s): 5 problem(s)");
  }

  @Test
  void filesThatCannotRunTogetherAreAProblem() {
    Run run = run("check", CHAT, CHAT);

    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.err()).contains("8004 is already taken by " + CHAT + " $.port");
  }

  @Test
  void warningsAloneAreNoFailure() throws IOException {
    String odd = changed("\"billing_multiplier\": 1.06", "\"billing_multiplier\": 10.6");

    Run run = run("check", odd);

    assertThat(run.err()).startsWith("warning: " + odd + " $.models[0].billing_multiplier");
    assertThat(run.exitCode()).isZero();
  }

  @Test
  void keysAreLookedForIfAskedFor() {
    Run missing = run("check", "--keys", CHAT);
    Run present = run(Map.of("OPENHANDS_API_KEY", "sk-1"), "check", "--keys", CHAT);

    assertThat(missing.exitCode()).isEqualTo(78);
    assertThat(missing.err())
        .startsWith("problem: " + CHAT + " environment variable OPENHANDS_API_KEY: is missing");
    assertThat(present.exitCode()).isZero();
    assertThat(present.out() + present.err()).doesNotContain("sk-1");
  }

  @Test
  void needsAFile() {
    Run run = run("check");

    assertThat(run.exitCode()).isEqualTo(64);
    assertThat(run.err()).startsWith("gateway: Missing required parameter: 'FILE'");
  }

  private String changed(String what, String into) throws IOException {
    String json = Files.readString(Path.of(CHAT));
    assertThat(json).contains(what);
    return Files.writeString(folder.resolve("changed.json"), json.replace(what, into)).toString();
  }
}
