package xyz.trollllm.proxy.document;

import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.billing.Usd;

/** Writes JSON objects. */
final class Json {
  private static final JsonFactory JSON = new JsonFactory();

  private Json() {}

  /** The UTF-8 text of an object whose members {@code members} writes; read-only. */
  static ByteBuffer object(Consumer<JsonGenerator> members) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), bytes)) {
      json.writeStartObject();
      members.accept(json);
      json.writeEndObject();
    }
    return ByteBuffer.wrap(bytes.toByteArray()).asReadOnlyBuffer();
  }

  static void object(JsonGenerator json, String name, Runnable members) {
    json.writeObjectPropertyStart(name);
    members.run();
    json.writeEndObject();
  }

  /** A string, or null. */
  static void text(JsonGenerator json, String name, @Nullable Object value) {
    if (value == null) {
      json.writeNullProperty(name);
    } else {
      json.writeStringProperty(name, value.toString());
    }
  }

  /** Plain decimal digits, as a string that no reader rounds. */
  static void decimal(JsonGenerator json, String name, BigDecimal value) {
    json.writeStringProperty(name, plain(value));
  }

  static void decimal(JsonGenerator json, String name, Usd amount) {
    decimal(json, name, amount.amount());
  }

  /** The same digits as a number, for readers that expect one. */
  static void number(JsonGenerator json, String name, BigDecimal value) {
    json.writeName(name);
    json.writeNumber(plain(value));
  }

  private static String plain(BigDecimal value) {
    return value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString();
  }
}
