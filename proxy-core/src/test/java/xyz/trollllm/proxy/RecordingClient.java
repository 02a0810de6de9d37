package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A client that keeps what it gets and takes it as fast as a test wants. */
final class RecordingClient implements ClientExchange {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private @Nullable Listener listener;
  int status;
  Headers headers = Headers.EMPTY;
  long contentLength;
  boolean busy;
  boolean ended;
  boolean wasReset;
  int timesOver;
  Runnable beforeWrite = () -> {};

  @Override
  public void listen(Listener whoListens) {
    listener = whoListens;
  }

  @Override
  public void sendHead(int newStatus, Headers newHeaders, long length) {
    if (status != 0) {
      throw new IllegalStateException("a second head");
    }
    status = newStatus;
    headers = newHeaders;
    contentLength = length;
  }

  @Override
  public boolean write(ByteBuffer more) {
    if (status == 0 || ended || wasReset) {
      throw new IllegalStateException("not the time to write");
    }
    beforeWrite.run();
    byte[] copy = new byte[more.remaining()];
    more.get(copy);
    bytes.writeBytes(copy);
    return !busy;
  }

  @Override
  public void end() {
    ended = true;
  }

  @Override
  public void reset() {
    wasReset = true;
  }

  @Override
  public void over() {
    timesOver++;
  }

  void takesAgain() {
    busy = false;
    Objects.requireNonNull(listener).onWritable();
  }

  void leaves() {
    Objects.requireNonNull(listener).onGone();
  }

  void isStopped() {
    Objects.requireNonNull(listener).onStop();
  }

  String body() {
    return bytes.toString(StandardCharsets.UTF_8);
  }

  byte[] bytes() {
    return bytes.toByteArray();
  }
}
