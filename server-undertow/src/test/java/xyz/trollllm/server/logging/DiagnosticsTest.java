package xyz.trollllm.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class DiagnosticsTest {
  private final StallableStream stream = new StallableStream();

  private Logger logger(DiagnosticsAppender appender) {
    LoggerContext loggers = new LoggerContext();
    appender.setContext(loggers);
    appender.start();
    Logger logger = loggers.getLogger("xyz.trollllm.Example");
    logger.setLevel(Level.INFO);
    logger.addAppender(appender);
    return logger;
  }

  @Test
  void writesOneFlatJsonObjectALine() {
    stream.release();
    DiagnosticsAppender appender = new DiagnosticsAppender(new JsonFormat(), stream, 100);

    logger(appender)
        .atWarn()
        .addKeyValue("upstream", "openhands")
        .addKeyValue("open", 3L)
        .log("breaker is \"{}\"\nnow", "open");
    appender.stop();

    assertThat(stream.lines()).hasSize(1);
    assertThat(stream.lines().getFirst())
        .matches(
            "\\{\"time\":\"[0-9TZ:.-]+\",\"level\":\"WARN\",\"logger\":\"xyz.trollllm.Example\","
                + "\"message\":\"breaker is \\\\\"open\\\\\"\\\\nnow\","
                + "\"upstream\":\"openhands\",\"open\":3}");
  }

  @Test
  void keepsTheCauseInTheSameLine() {
    stream.release();
    DiagnosticsAppender appender = new DiagnosticsAppender(new JsonFormat(), stream, 100);

    logger(appender).error("failed", new IllegalStateException("why"));
    appender.stop();

    assertThat(stream.lines()).hasSize(1);
    assertThat(stream.lines().getFirst()).contains("IllegalStateException: why");
  }

  @Test
  void readsWellAsText() {
    stream.release();
    DiagnosticsAppender appender = new DiagnosticsAppender(new TextFormat(), stream, 100);

    logger(appender).info("listening on {}", 8004);
    appender.stop();

    assertThat(stream.lines().getFirst())
        .matches("\\d\\d:\\d\\d:\\d\\d\\.\\d{3} INFO  listening on 8004");
  }

  @Test
  void dropsAndCountsWhenTheStreamStalls() {
    DiagnosticsAppender appender = new DiagnosticsAppender(new TextFormat(), stream, 10);
    Logger logger = logger(appender);

    for (int i = 0; i < 1_000; i++) {
      logger.info("line {}", i);
    }
    long dropped = appender.dropped();
    stream.release();
    appender.stop();

    assertThat(dropped).isPositive();
    assertThat(stream.lines().size() + appender.dropped()).isEqualTo(1_000);
  }

  @Test
  void platformLoggersOfTheCoresComeHere() {
    assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(LoggerContext.class);
    assertThat(System.getLogger("xyz.trollllm.billing.Example").getClass().getName())
        .startsWith("org.slf4j.");
  }
}
