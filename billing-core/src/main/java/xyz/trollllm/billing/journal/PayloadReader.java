package xyz.trollllm.billing.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Takes values out of bytes that {@link PayloadWriter} made. One per record. Everything throws
 * {@link MalformedRecordException} where the bytes do not go on as they should.
 */
final class PayloadReader {
  private static final int MOST_BITS = 63;

  private final byte[] bytes;
  private int position;

  PayloadReader(byte[] bytes) {
    this.bytes = bytes;
  }

  byte raw() {
    require(1);
    return bytes[position++];
  }

  long number() {
    long value = 0;
    for (int bits = 0; bits <= MOST_BITS; bits += 7) {
      byte next = raw();
      value |= (next & 0x7fL) << bits;
      if (next >= 0) {
        return value;
      }
    }
    throw new MalformedRecordException("a number does not end");
  }

  boolean flag() {
    return raw() != 0;
  }

  String text() {
    int length = length();
    String text = new String(bytes, position, length, UTF_8);
    position += length;
    return text;
  }

  @Nullable String optionalText() {
    return flag() ? text() : null;
  }

  BigDecimal decimal() {
    String text = text();
    try {
      return new BigDecimal(text);
    } catch (NumberFormatException e) {
      throw new MalformedRecordException("not a decimal: " + text);
    }
  }

  <E extends Enum<E>> E constant(Class<E> type) {
    String name = text();
    try {
      return Enum.valueOf(type, name);
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException("not one of " + type.getSimpleName() + ": " + name);
    }
  }

  <T> List<T> all(Function<PayloadReader, T> reader) {
    int count = length();
    List<T> values = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      values.add(reader.apply(this));
    }
    return values;
  }

  /** A number of bytes, or of things that have at least one each. */
  private int length() {
    long length = number();
    if (length < 0 || length > bytes.length - position) {
      throw new MalformedRecordException("a length of " + length + " is too much");
    }
    return (int) length;
  }

  private void require(int more) {
    if (bytes.length - position < more) {
      throw new MalformedRecordException("the record is too short");
    }
  }
}
