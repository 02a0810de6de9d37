package xyz.trollllm.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

/** For people: time, level, message. */
final class TextFormat implements DiagnosticsFormat {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  @Override
  public String format(ILoggingEvent event) {
    String line =
        TIME.format(event.getInstant())
            + " "
            + String.format("%-5s", event.getLevel())
            + " "
            + event.getFormattedMessage();
    IThrowableProxy thrown = event.getThrowableProxy();
    return thrown == null
        ? line
        : line + "\n" + ThrowableProxyUtil.asString(thrown).stripTrailing();
  }
}
