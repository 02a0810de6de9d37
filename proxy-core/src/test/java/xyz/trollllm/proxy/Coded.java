package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.GZIPOutputStream;

/** Makes coded content. */
final class Coded {
  private Coded() {}

  private interface Coding {
    OutputStream over(OutputStream bytes) throws IOException;
  }

  static byte[] gzip(byte[] content) {
    return coded(content, GZIPOutputStream::new);
  }

  static byte[] deflate(byte[] content) {
    return coded(content, DeflaterOutputStream::new);
  }

  private static byte[] coded(byte[] content, Coding coding) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream coder = coding.over(bytes)) {
      coder.write(content);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** A gzip stream whose header has every part there is. */
  static byte[] gzipWithEveryPart(byte[] content) {
    byte[] plain = gzip(content);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    bytes.write(plain, 0, 3);
    bytes.write(0x1f); // text, checksum, extra, name, comment
    bytes.write(plain, 4, 6);
    bytes.writeBytes(new byte[] {3, 0, 'a', 'b', 'c', 'n', 0, 'c', 'o', 0});
    CRC32 checksum = new CRC32();
    checksum.update(bytes.toByteArray());
    bytes.write((int) checksum.getValue() & 0xff);
    bytes.write((int) (checksum.getValue() >> 8) & 0xff);
    bytes.write(plain, 10, plain.length - 10);
    return bytes.toByteArray();
  }

  static byte[] joined(byte[]... parts) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      bytes.writeBytes(part);
    }
    return bytes.toByteArray();
  }
}
