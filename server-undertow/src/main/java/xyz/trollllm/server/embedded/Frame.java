package xyz.trollllm.server.embedded;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/** How a record stands in a file: its length, a checksum of its bytes, its bytes. */
final class Frame {
  private static final int HEAD = 2 * Integer.BYTES;

  private Frame() {}

  static byte[] of(JournalRecord record) {
    byte[] bytes = record.encode();
    return ByteBuffer.allocate(HEAD + bytes.length)
        .putInt(bytes.length)
        .putInt(checksum(bytes))
        .put(bytes)
        .array();
  }

  /**
   * Reads records up to the end of the file or to the first that is not whole.
   *
   * @return the length of what was read
   */
  static long readAll(Path file, Consumer<JournalRecord> listener) throws IOException {
    long length = Files.size(file);
    long read = 0;
    try (InputStream stream = Files.newInputStream(file);
        DataInputStream in = new DataInputStream(new BufferedInputStream(stream, 1 << 16))) {
      byte[] bytes;
      while ((bytes = next(in, length - read)) != null) {
        listener.accept(JournalRecord.decode(bytes));
        read += HEAD + bytes.length;
      }
    }
    return read;
  }

  private static byte @Nullable [] next(DataInputStream in, long available) throws IOException {
    try {
      int size = in.readInt();
      int checksum = in.readInt();
      if (size < 0 || size > available - HEAD) {
        return null;
      }
      byte[] bytes = in.readNBytes(size);
      return checksum(bytes) == checksum ? bytes : null;
    } catch (EOFException _) {
      return null;
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32C crc = new CRC32C();
    crc.update(bytes);
    return (int) crc.getValue();
  }
}
