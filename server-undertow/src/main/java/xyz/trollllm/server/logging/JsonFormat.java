package xyz.trollllm.server.logging;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import java.io.StringWriter;
import java.util.List;
import org.slf4j.event.KeyValuePair;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** For machines: one flat JSON object a line, key-value pairs of the event beside its message. */
final class JsonFormat implements DiagnosticsFormat {
  private final JsonFactory json = new JsonFactory();

  @Override
  public String format(ILoggingEvent event) {
    StringWriter line = new StringWriter();
    try (JsonGenerator generator = json.createGenerator(ObjectWriteContext.empty(), line)) {
      generator.writeStartObject();
      generator.writeStringProperty("time", event.getInstant().toString());
      generator.writeStringProperty("level", event.getLevel().toString());
      generator.writeStringProperty("logger", event.getLoggerName());
      generator.writeStringProperty("message", event.getFormattedMessage());
      List<KeyValuePair> pairs = event.getKeyValuePairs();
      if (pairs != null) {
        pairs.forEach(pair -> write(generator, pair));
      }
      IThrowableProxy thrown = event.getThrowableProxy();
      if (thrown != null) {
        generator.writeStringProperty("error", ThrowableProxyUtil.asString(thrown).stripTrailing());
      }
      generator.writeEndObject();
    }
    return line.toString();
  }

  private static void write(JsonGenerator generator, KeyValuePair pair) {
    switch (pair.value) {
      case Long number -> generator.writeNumberProperty(pair.key, number);
      case Integer number -> generator.writeNumberProperty(pair.key, number);
      case null -> generator.writeNullProperty(pair.key);
      default -> generator.writeStringProperty(pair.key, pair.value.toString());
    }
  }
}
