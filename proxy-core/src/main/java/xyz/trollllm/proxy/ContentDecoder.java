package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Takes a content coding off, piece by piece, so that memory is bounded however much a few bytes
 * expand to. Gzip may have several members. One per answer, used by one thread.
 */
final class ContentDecoder implements AutoCloseable {
  private static final int PIECE_BYTES = 16 * 1024;
  private static final int TRAILER_BYTES = 8;
  private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  private enum State {
    HEADER,
    DATA,
    TRAILER,
    /** What zlib's wrapping held is over. */
    OVER
  }

  private final boolean gzip;
  private final Inflater inflater;
  private final byte[] piece = new byte[PIECE_BYTES];
  private final CRC32 checksum = new CRC32();
  private GzipHeader header = new GzipHeader();
  private State state;
  private int members;
  private int trailerBytes;
  private long trailer;

  /**
   * @throws IllegalArgumentException for a coding that there is no decoder for
   */
  ContentDecoder(ContentCoding coding) {
    gzip =
        switch (coding) {
          case GZIP -> true;
          case DEFLATE -> false;
          case IDENTITY, UNREADABLE ->
              throw new IllegalArgumentException("there is no decoder for " + coding);
        };
    inflater = new Inflater(gzip);
    state = gzip ? State.HEADER : State.DATA;
  }

  /**
   * Returns the next piece of content, to be used before the next call. An empty one means that
   * {@code encoded} was used up.
   *
   * @throws DataFormatException if the bytes are not what the coding allows
   */
  ByteBuffer decode(ByteBuffer encoded) throws DataFormatException {
    while (true) {
      if (state == State.DATA) {
        int length = inflate(encoded);
        if (length > 0) {
          return ByteBuffer.wrap(piece, 0, length);
        }
        if (state == State.DATA) {
          return NOTHING;
        }
      }
      if (!encoded.hasRemaining()) {
        return NOTHING;
      }
      readFrame(encoded.get());
    }
  }

  private int inflate(ByteBuffer encoded) throws DataFormatException {
    inflater.setInput(encoded);
    int length = inflater.inflate(piece);
    checksum.update(piece, 0, length);
    if (length == 0 && inflater.needsDictionary()) {
      throw new DataFormatException("needs a dictionary");
    }
    if (length == 0 && inflater.finished()) {
      state = gzip ? State.TRAILER : State.OVER;
    }
    return length;
  }

  private void readFrame(byte b) throws DataFormatException {
    switch (state) {
      case HEADER -> {
        if (header.read(b)) {
          state = State.DATA;
        }
      }
      case TRAILER -> readTrailer(b);
      case OVER -> throw new DataFormatException("bytes after the end");
      case DATA -> throw new IllegalStateException("data is not read byte by byte");
    }
  }

  /** The content's checksum and, modulo 2^32, its length: both little-endian. */
  private void readTrailer(byte b) throws DataFormatException {
    trailer |= (b & 0xffL) << (8 * trailerBytes);
    trailerBytes++;
    if (trailerBytes < TRAILER_BYTES) {
      return;
    }
    long length = inflater.getBytesWritten() & 0xffffffffL;
    if (trailer != (length << 32 | checksum.getValue())) {
      throw new DataFormatException("checksum or length differs");
    }
    members++;
    trailer = 0;
    trailerBytes = 0;
    checksum.reset();
    inflater.reset();
    header = new GzipHeader();
    state = State.HEADER;
  }

  /** Whether the content may end here. */
  boolean isComplete() {
    return state == State.OVER || (state == State.HEADER && members > 0 && !header.begun());
  }

  @Override
  public void close() {
    inflater.end();
  }
}
