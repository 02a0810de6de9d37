package xyz.trollllm.server.logging;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.Console;
import java.util.List;
import java.util.Map;

/**
 * Sets up logback without a file: everything from INFO up goes to standard error, one line each.
 *
 * <p>{@code LOG_LEVEL} names another level. {@code LOG_FORMAT} is {@code json} or {@code text}; it
 * is text on a terminal and JSON elsewhere unless it is set.
 */
public final class DiagnosticsConfigurator extends ContextAwareBase implements Configurator {
  private static final List<String> CHATTY_LIBRARIES =
      List.of("org.mongodb", "de.bwaldvogel", "org.xnio", "org.jboss", "io.undertow");

  @Override
  public ExecutionStatus configure(LoggerContext loggers) {
    Map<String, String> environment = System.getenv();
    DiagnosticsAppender appender = new DiagnosticsAppender(format(environment));
    appender.setContext(loggers);
    appender.start();
    Logger root = loggers.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(Level.toLevel(environment.get("LOG_LEVEL"), Level.INFO));
    root.addAppender(appender);
    for (String library : CHATTY_LIBRARIES) {
      loggers.getLogger(library).setLevel(Level.WARN);
    }
    // The embedded store warns of every index that it does without.
    loggers.getLogger("de.bwaldvogel.mongo.backend").setLevel(Level.ERROR);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static DiagnosticsFormat format(Map<String, String> environment) {
    String wanted = environment.getOrDefault("LOG_FORMAT", "");
    return wanted.equals("text") || (wanted.isEmpty() && isTerminal())
        ? new TextFormat()
        : new JsonFormat();
  }

  @SuppressWarnings("SystemConsoleNull") // it may be null by its contract
  private static boolean isTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }
}
