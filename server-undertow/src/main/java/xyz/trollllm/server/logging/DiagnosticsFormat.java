package xyz.trollllm.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;

/** Makes one line of a log event, or several when it carries a stack trace. Stateless. */
interface DiagnosticsFormat {
  String format(ILoggingEvent event);
}
