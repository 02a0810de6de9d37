package xyz.trollllm.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeyCommandTest extends StoreCommandTest {

  @BeforeEach
  void createUser() {
    gateway("user", "create", "ann");
  }

  @Test
  void createdKeyIsPrintedOnceAndListedWithoutItself() {
    String key = gateway("key", "create", "ann").out().strip();

    String listed = gateway("key", "list", "ann").out();
    assertThat(key).matches("sk-trollllm-[0-9a-f]{64}");
    assertThat(listed)
        .doesNotContain(key)
        .containsPattern(
            "sha256:[0-9a-f]{16}  \\.\\.\\." + key.substring(key.length() - 4) + "  active ")
        .endsWith("1 key(s)\n");
  }

  @Test
  void revokedKeyStaysListedAsSuch() {
    gateway("key", "create", "ann");

    Run revoked = gateway("key", "revoke", "ann", onlyId());

    assertThat(revoked.exitCode()).isZero();
    assertThat(gateway("key", "list", "ann").out()).contains("  revoked  ");
  }

  @Test
  void rotatedKeyIsReplaced() {
    String old = gateway("key", "create", "ann").out().strip();

    String replacement = gateway("key", "rotate", "ann", onlyId()).out().strip();

    assertThat(replacement).startsWith("sk-trollllm-").isNotEqualTo(old);
    assertThat(gateway("key", "list", "ann").out()).contains("revoked", "active", "2 key(s)");
  }

  @Test
  void unknownKeysAndUsersAreSaidToBeUnknown() {
    Run noKey = gateway("key", "rotate", "ann", "sha256:0000000000000000");
    Run noUser = gateway("key", "create", "nobody");

    assertThat(noKey.exitCode()).isEqualTo(65);
    assertThat(noKey.err()).isEqualTo("gateway: ann has no active key sha256:0000000000000000\n");
    assertThat(noUser.exitCode()).isEqualTo(65);
    assertThat(noUser.err()).isEqualTo("gateway: there is no user nobody\n");
  }

  private String onlyId() {
    return gateway("key", "list", "ann").out().split(" ", 2)[0];
  }
}
