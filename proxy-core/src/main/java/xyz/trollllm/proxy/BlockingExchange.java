package xyz.trollllm.proxy;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A client's side whose writes block the loop's thread, which serves nobody else. Closes the loop
 * when the call is over.
 */
final class BlockingExchange implements ClientExchange {
  private final BlockingResponse response;
  private final SerialEventLoop loop;
  private @Nullable Listener listener;
  private @Nullable OutputStream body;
  private boolean over;

  BlockingExchange(BlockingResponse response, SerialEventLoop loop) {
    this.response = response;
    this.loop = loop;
  }

  @Override
  public void listen(Listener whoListens) {
    listener = whoListens;
  }

  @Override
  public void sendHead(int status, Headers headers, long contentLength) {
    try {
      body = response.begin(status, headers, contentLength);
    } catch (IOException gone) {
      tellGone();
    }
  }

  @Override
  public boolean write(ByteBuffer bytes) {
    if (body == null || over) {
      return true;
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    try {
      body.write(copy);
      body.flush();
    } catch (IOException gone) {
      tellGone();
    }
    return true;
  }

  @Override
  public void end() {
    if (over) {
      return;
    }
    over = true;
    try {
      if (body != null) {
        body.close();
      }
    } catch (IOException alreadyGone) {
      response.abort();
    }
  }

  @Override
  public void reset() {
    if (!over) {
      over = true;
      response.abort();
    }
  }

  @Override
  public void over() {
    loop.close();
  }

  /** Ends the call at once, as the thread that was its loop is needed. */
  void stop() {
    if (!over) {
      over = true;
      response.abort();
    }
    if (listener != null) {
      listener.onStop();
    }
  }

  private void leave() {
    if (!over) {
      over = true;
      response.abort();
      if (listener != null) {
        listener.onGone();
      }
    }
  }

  private void tellGone() {
    loop.execute(this::leave);
  }
}
