package xyz.trollllm.server.demo;

import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.proxy.RequestLog;
import xyz.trollllm.proxy.RequestLogEntry;
import xyz.trollllm.server.logging.LineWriter;

/** The request log for people at a terminal: what was asked, what it cost, and which field paid. */
final class ReadableRequestLog implements RequestLog {
  private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

  private final LineWriter lines;

  ReadableRequestLog(LineWriter lines) {
    this.lines = lines;
  }

  @Override
  public void write(RequestLogEntry entry) {
    lines.write(line(entry));
  }

  static String line(RequestLogEntry entry) {
    LocalTime at = entry.at().atZone(ZoneId.systemDefault()).toLocalTime();
    String request =
        "%s %s %d %s".formatted(TIME.format(at), entry.instance(), entry.status(), entry.path());
    Settlement settlement = entry.settlement();
    if (settlement == null) {
      return request + " - not charged" + (entry.error() == null ? "" : ": " + entry.error());
    }
    TokenCounts tokens = settlement.record().usage().counts();
    return "%s - %s, %d tokens in, %d out: %s USD from %s"
        .formatted(
            request,
            settlement.record().model(),
            tokens.totalInput(),
            tokens.output(),
            settlement.charge(),
            settlement.hold().creditField().balanceField());
  }
}
