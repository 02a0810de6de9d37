package xyz.trollllm.billing.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.Collection;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Puts values into bytes that {@link PayloadReader} understands. One per record. */
final class PayloadWriter {
  private static final int USUAL_SIZE = 512;

  private byte[] bytes = new byte[USUAL_SIZE];
  private int size;

  byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  PayloadWriter raw(byte value) {
    reserve(1);
    bytes[size++] = value;
    return this;
  }

  /** Seven bits a byte, the low ones first: small numbers are short. */
  PayloadWriter number(long value) {
    reserve(10);
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) ((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  PayloadWriter flag(boolean value) {
    return raw((byte) (value ? 1 : 0));
  }

  PayloadWriter text(String value) {
    byte[] utf8 = value.getBytes(UTF_8);
    number(utf8.length);
    reserve(utf8.length);
    System.arraycopy(utf8, 0, bytes, size, utf8.length);
    size += utf8.length;
    return this;
  }

  PayloadWriter optionalText(@Nullable String value) {
    flag(value != null);
    return value == null ? this : text(value);
  }

  PayloadWriter constant(Enum<?> value) {
    return text(value.name());
  }

  PayloadWriter decimal(BigDecimal value) {
    return text(value.toString());
  }

  <T> PayloadWriter all(Collection<T> values, BiConsumer<PayloadWriter, T> writer) {
    number(values.size());
    for (T value : values) {
      writer.accept(this, value);
    }
    return this;
  }

  private void reserve(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + more));
    }
  }
}
