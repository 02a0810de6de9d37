package xyz.trollllm.proxy;

import java.util.zip.DataFormatException;

/** The header of one member of a gzip stream (RFC 1952), of which nothing is kept. */
final class GzipHeader {
  private static final int FIXED_BYTES = 10;
  private static final int HEADER_CHECKSUM = 2;
  private static final int EXTRA = 4;
  private static final int NAME = 8;
  private static final int COMMENT = 16;
  private static final int RESERVED = 0xe0;
  private static final int[] BEGINNING = {0x1f, 0x8b, 8};

  private int read;

  /** Parts that are still to come, as bits of the header's own flags. */
  private int parts;

  /** Bytes of the current part: of {@link #EXTRA} its length first. */
  private int partRead;

  private int extraLength;

  boolean begun() {
    return read > 0;
  }

  /** Takes the next byte; returns whether it was the last. */
  boolean read(byte signed) throws DataFormatException {
    int b = signed & 0xff;
    if (read < FIXED_BYTES) {
      readFixed(b);
      return read == FIXED_BYTES && parts == 0;
    }
    if ((parts & EXTRA) != 0) {
      readExtra(b);
    } else if ((parts & NAME) != 0) {
      parts &= b == 0 ? ~NAME : -1;
    } else if ((parts & COMMENT) != 0) {
      parts &= b == 0 ? ~COMMENT : -1;
    } else if (++partRead == 2) {
      parts &= ~HEADER_CHECKSUM;
    }
    return parts == 0;
  }

  private void readFixed(int b) throws DataFormatException {
    if (read < BEGINNING.length && b != BEGINNING[read]) {
      throw new DataFormatException("does not begin as gzip does");
    }
    if (read == BEGINNING.length) {
      if ((b & RESERVED) != 0) {
        throw new DataFormatException("has unknown flags");
      }
      parts = b & (HEADER_CHECKSUM | EXTRA | NAME | COMMENT);
    }
    read++;
  }

  private void readExtra(int b) {
    if (partRead < 2) {
      extraLength |= b << (8 * partRead);
    }
    partRead++;
    if (partRead >= 2 && partRead == 2 + extraLength) {
      parts &= ~EXTRA;
      partRead = 0;
    }
  }
}
