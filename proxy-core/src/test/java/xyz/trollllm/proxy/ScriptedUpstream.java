package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;

/** An upstream that does what a test says, on the test's thread. */
final class ScriptedUpstream implements Upstream {
  final List<Sent> sent = new ArrayList<>();

  @Override
  public Transfer open(UpstreamRequest request, EventLoop loop, Listener listener) {
    Sent transfer = new Sent(request, listener);
    sent.add(transfer);
    return transfer;
  }

  Sent last() {
    return sent.getLast();
  }

  @Override
  public void close() {}

  /** One request and its answer. */
  static final class Sent implements Transfer {
    final UpstreamRequest request;
    private final Listener listener;
    boolean paused;
    boolean cancelled;

    private Sent(UpstreamRequest request, Listener listener) {
      this.request = request;
      this.listener = listener;
    }

    Sent head(int status, String... headers) {
      listener.onHead(status, Headers.of(headers));
      return this;
    }

    Sent bytes(String text) {
      return bytes(text.getBytes(StandardCharsets.UTF_8));
    }

    Sent bytes(byte[] bytes) {
      if (!cancelled) {
        listener.onBytes(ByteBuffer.wrap(bytes.clone()));
      }
      return this;
    }

    void end() {
      if (!cancelled) {
        listener.onEnd();
      }
    }

    void fail() {
      if (!cancelled) {
        listener.onFailure(new UpstreamFailure.Broken("cut by the test"));
      }
    }

    void fail(UpstreamFailure failure) {
      listener.onFailure(failure);
    }

    @Override
    public void pause() {
      paused = true;
    }

    @Override
    public void resume() {
      paused = false;
    }

    @Override
    public void cancel() {
      cancelled = true;
    }
  }
}
