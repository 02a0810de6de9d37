package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.server.standin.StandInUpstream;

/** Where the line of a request goes that standard output does not take. */
final class RequestLogIT {
  @TempDir Path folder;

  @Test
  @DisplayName("D7: what standard output does not take is kept beside the journal")
  void keptBesideTheJournal() throws Exception {
    Path journal = folder.resolve("journal");
    try (Store store = Store.start();
        StandInUpstream upstream = StandInUpstream.start()) {
      Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream));
      environment.put("CONFIG_PATH", ConfigCopy.shipped(RunningGateway.CHAT).toString());
      environment.put("JOURNAL_DIRECTORY", journal.toString());
      Store.User user = store.newUser(0, 10);
      try (RunningGateway gateway =
          RunningGateway.start(withoutStandardOutput(), store, environment)) {
        int status = Http.post(gateway, user.key(), Ask.answer(Ask.HAIKU)).statusCode();

        assertThat(status).isEqualTo(200);
        eventuallyPasses(() -> assertThat(kept(journal)).contains("\"user\":\"" + user.name()));
        assertThat(gateway.output()).isEmpty();
      }
    }
  }

  private static List<String> withoutStandardOutput() {
    String command = "exec '" + String.join("' '", RunningGateway.serve()) + "' >/dev/full";
    return List.of("/bin/sh", "-c", command);
  }

  private static String kept(Path journal) {
    Path file = journal.resolve("gateway-openhands-requests.ndjson");
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
