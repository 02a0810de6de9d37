package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.time.Duration;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import xyz.trollllm.proxy.OperatorAlert;

final class LoggedAlertsTest {
  private static final Duration REST = Duration.ofSeconds(30);

  private final Logger logger = (Logger) LoggerFactory.getLogger(LoggedAlerts.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void listen() {
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  @Test
  void refusedKeyIsAnErrorThatNamesTheKeyByItsHash() {
    new LoggedAlerts().raise(new OperatorAlert.KeyRefused("up", "sha256:0123", 402, REST));

    assertThat(lines.list).hasSize(1);
    assertThat(lines.list.getFirst().getLevel()).isEqualTo(Level.ERROR);
    assertThat(pairs(lines.list.getFirst()))
        .isEqualTo(
            "alert=upstream_key_refused upstream=up key=sha256:0123 status=402 rest_seconds=30");
  }

  @Test
  void lastKeyIsAnErrorOfItsOwn() {
    new LoggedAlerts().raise(new OperatorAlert.AllKeysRefused("up", 2, REST));

    assertThat(lines.list.getFirst().getLevel()).isEqualTo(Level.ERROR);
    assertThat(pairs(lines.list.getFirst()))
        .isEqualTo("alert=upstream_keys_exhausted upstream=up keys=2 rest_seconds=30");
  }

  private static String pairs(ILoggingEvent event) {
    return event.getKeyValuePairs().stream()
        .map(pair -> pair.key + "=" + pair.value)
        .collect(Collectors.joining(" "));
  }
}
