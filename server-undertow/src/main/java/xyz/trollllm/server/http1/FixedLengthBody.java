package xyz.trollllm.server.http1;

import java.nio.ByteBuffer;

/** A body of known length. */
final class FixedLengthBody extends AnswerBody {
  private long missing;
  private boolean overrun;

  FixedLengthBody(long length) {
    this.missing = length;
  }

  @Override
  public void decode(ByteBuffer buffer) {
    if (buffer.remaining() > missing) {
      overrun = true;
      buffer.limit(buffer.position() + (int) missing);
    }
    missing -= buffer.remaining();
  }

  @Override
  public boolean complete() {
    return missing == 0;
  }

  @Override
  public boolean overrun() {
    return overrun;
  }
}
