package xyz.trollllm.server.http1;

import java.nio.ByteBuffer;

/** A body without a length: everything until the connection is closed. */
final class BodyUntilClose extends AnswerBody {
  @Override
  public void decode(ByteBuffer buffer) {}

  @Override
  public boolean complete() {
    return false;
  }

  @Override
  public boolean mayEndByClose() {
    return true;
  }

  @Override
  public boolean overrun() {
    return false;
  }
}
