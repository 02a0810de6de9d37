package xyz.trollllm.server.logging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A stream that takes nothing until it is released, and then everything. */
final class StallableStream extends OutputStream {
  private final CountDownLatch released = new CountDownLatch(1);
  private final ByteArrayOutputStream taken = new ByteArrayOutputStream();

  void release() {
    released.countDown();
  }

  @Override
  public void write(int b) throws IOException {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    try {
      released.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    synchronized (taken) {
      taken.write(bytes, offset, length);
    }
  }

  List<String> lines() {
    synchronized (taken) {
      return taken.toString(UTF_8).lines().toList();
    }
  }
}
