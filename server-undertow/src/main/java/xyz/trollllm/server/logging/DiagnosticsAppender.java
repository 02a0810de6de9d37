package xyz.trollllm.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** Sends diagnostics to a stream; when it stalls, lines beyond a number are dropped and counted. */
final class DiagnosticsAppender extends AppenderBase<ILoggingEvent> {
  static final String NAME = "diagnostics";

  private static final int MAX_WAITING = 4_096;
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(1);

  private final DiagnosticsFormat format;
  private final LineWriter lines;
  private final AtomicLong dropped = new AtomicLong();

  DiagnosticsAppender(DiagnosticsFormat format) {
    this(format, new FileOutputStream(FileDescriptor.err), MAX_WAITING);
  }

  DiagnosticsAppender(DiagnosticsFormat format, OutputStream stream, int maxWaiting) {
    this.format = format;
    setName(NAME);
    this.lines =
        new LineWriter(NAME, stream, maxWaiting, _ -> dropped.incrementAndGet(), CLOSE_TIMEOUT);
  }

  @Override
  protected void append(ILoggingEvent event) {
    lines.write(format.format(event));
  }

  long dropped() {
    return dropped.get();
  }

  @Override
  public void stop() {
    super.stop();
    lines.close();
  }
}
