package xyz.trollllm.server.http1;

import java.nio.ByteBuffer;

/**
 * A chunked body. All chunks that lie in one buffer are moved together, so that a burst of small
 * ones is passed on as a single piece. Extensions and trailers are ignored.
 */
final class ChunkedBody extends AnswerBody {
  private static final long MAX_CHUNK = 1L << 40;

  /** For an extension and for all trailers together. */
  private static final int MAX_IGNORED_BYTES = 64 * 1024;

  private enum State {
    SIZE,
    EXTENSION,
    DATA,
    END_OF_DATA,
    TRAILER,
    COMPLETE
  }

  private State state = State.SIZE;
  private long chunk;
  private int digits;
  private int ignored;
  private boolean lineEmpty;
  private boolean overrun;

  @Override
  public void decode(ByteBuffer buffer) throws MalformedAnswerException {
    int start = buffer.position();
    int end = start;
    try {
      while (buffer.hasRemaining() && state != State.COMPLETE) {
        if (state == State.DATA) {
          end = moveData(buffer, end);
        } else {
          readFrame(buffer.get());
        }
      }
      overrun |= buffer.hasRemaining();
    } finally {
      buffer.limit(end).position(start);
    }
  }

  /** Moves data of the current chunk to {@code end}; returns the new end. */
  private int moveData(ByteBuffer buffer, int end) {
    int length = (int) Math.min(chunk, buffer.remaining());
    if (buffer.position() != end) {
      buffer.put(end, buffer, buffer.position(), length);
    }
    buffer.position(buffer.position() + length);
    chunk -= length;
    if (chunk == 0) {
      state = State.END_OF_DATA;
    }
    return end + length;
  }

  private void readFrame(byte b) throws MalformedAnswerException {
    switch (state) {
      case SIZE -> readSize(b);
      case EXTENSION -> ignore(b);
      case END_OF_DATA -> readEndOfData(b);
      case TRAILER -> readTrailer(b);
      case DATA, COMPLETE -> throw new IllegalStateException("no frame in state " + state);
    }
  }

  private void readSize(byte b) throws MalformedAnswerException {
    int digit = Character.digit((char) (b & 0xff), 16);
    if (digit >= 0) {
      digits++;
      chunk = chunk * 16 + digit;
      if (chunk > MAX_CHUNK) {
        throw new MalformedAnswerException("answer has a chunk above " + MAX_CHUNK + " bytes");
      }
      return;
    }
    if (digits == 0 || (b != '\r' && b != '\n' && b != ';' && b != ' ' && b != '\t')) {
      throw new MalformedAnswerException("answer has a chunk without a valid size");
    }
    state = State.EXTENSION;
    ignore(b);
  }

  /** Skips the rest of the line with the size. */
  private void ignore(byte b) throws MalformedAnswerException {
    if (b != '\n') {
      countIgnored();
      return;
    }
    digits = 0;
    lineEmpty = true;
    ignored = 0;
    state = chunk == 0 ? State.TRAILER : State.DATA;
  }

  private void readEndOfData(byte b) throws MalformedAnswerException {
    if (b == '\n') {
      state = State.SIZE;
    } else if (b != '\r') {
      throw new MalformedAnswerException("answer has a chunk longer than its size");
    }
  }

  private void readTrailer(byte b) throws MalformedAnswerException {
    if (b == '\n') {
      if (lineEmpty) {
        state = State.COMPLETE;
      }
      lineEmpty = true;
    } else if (b != '\r') {
      lineEmpty = false;
      countIgnored();
    }
  }

  private void countIgnored() throws MalformedAnswerException {
    if (++ignored > MAX_IGNORED_BYTES) {
      throw new MalformedAnswerException(
          "answer's chunk extension or trailers exceed " + MAX_IGNORED_BYTES + " bytes");
    }
  }

  @Override
  public boolean complete() {
    return state == State.COMPLETE;
  }

  @Override
  public boolean overrun() {
    return overrun;
  }
}
