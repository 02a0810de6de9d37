package xyz.trollllm.server.logging;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import org.slf4j.LoggerFactory;

/** The program's own log as a whole. */
public final class Diagnostics {
  private Diagnostics() {}

  /** How many lines were dropped because standard error did not take them. */
  public static long dropped() {
    Logger root = loggers().getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    return root.getAppender(DiagnosticsAppender.NAME) instanceof DiagnosticsAppender appender
        ? appender.dropped()
        : 0;
  }

  /** Writes what was logged so far. Call this last; nothing is logged afterwards. */
  public static void stop() {
    loggers().stop();
  }

  private static LoggerContext loggers() {
    return (LoggerContext) LoggerFactory.getILoggerFactory();
  }
}
