package xyz.trollllm.proxy.upstream;

import java.net.ConnectException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Flow;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.Headers;

/**
 * One request through the JDK's client. Its fields belong to the event loop; what the client calls
 * from its own threads only hops there.
 */
final class JdkTransfer implements Upstream.Transfer {
  private final UpstreamConfig config;
  private final OnceOnlyBody body;
  private final EventLoop loop;
  private final Upstream.Listener listener;
  private final Deadline deadline;
  private Runnable release = () -> {};
  private @Nullable CompletableFuture<HttpResponse<Void>> exchange;
  private Flow.@Nullable Subscription subscription;
  private boolean headSeen;
  private boolean awaitingBytes;
  private boolean paused;
  private boolean over;

  JdkTransfer(
      UpstreamConfig config, OnceOnlyBody body, EventLoop loop, Upstream.Listener listener) {
    this.config = config;
    this.body = body;
    this.loop = loop;
    this.listener = listener;
    this.deadline = new Deadline(loop, this::timedOut);
  }

  void refuse(UpstreamFailure failure) {
    loop.execute(() -> fail(failure));
  }

  /** Sends the request; {@code release} is run when the transfer is over, however it ends. */
  void start(HttpClient client, HttpRequest request, Runnable release) {
    this.release = release;
    deadline.set(config.responseTimeout());
    exchange = client.sendAsync(request, answer -> new Answer(answer));
    var _ =
        exchange.whenComplete((_, cause) -> {
          if (cause != null) {
            loop.execute(() -> fail(failure(cause)));
          }
        });
  }

  private UpstreamFailure failure(Throwable cause) {
    Throwable root =
        cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
    boolean connecting =
        root instanceof ConnectException
            || root instanceof HttpConnectTimeoutException
            || root instanceof UnknownHostException
            || root instanceof UnresolvedAddressException
            || (root instanceof SSLException && !body.begun());
    String reason = root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
    return connecting
        ? new UpstreamFailure.NotConnected(reason)
        : new UpstreamFailure.Broken(reason);
  }

  private void timedOut() {
    if (headSeen) {
      fail(new UpstreamFailure.Broken("silent for " + config.idleTimeout()));
      return;
    }
    Duration limit = config.responseTimeout();
    if (!body.begun()) {
      limit = limit.plus(config.connectTimeout());
    }
    Duration left = limit.minusNanos(System.nanoTime() - body.lastProgressNanos());
    if (left.isPositive()) {
      deadline.set(left);
    } else {
      fail(new UpstreamFailure.NoAnswer(config.responseTimeout()));
    }
  }

  private void head(int status, Headers headers) {
    if (headers.all("content-length").stream().anyMatch(length -> length.startsWith("-"))) {
      // The client takes this for a body that ends with the connection.
      fail(new UpstreamFailure.Broken("answer has a negative content length"));
    }
    if (!over) {
      headSeen = true;
      deadline.clear();
      listener.onHead(status, headers);
    }
  }

  private void subscribed(Flow.Subscription subscription) {
    this.subscription = subscription;
    if (over) {
      subscription.cancel();
    } else {
      awaitBytes();
    }
  }

  private void awaitBytes() {
    if (subscription != null && !paused && !over) {
      deadline.set(config.idleTimeout());
      if (!awaitingBytes) {
        awaitingBytes = true;
        subscription.request(1);
      }
    }
  }

  private void bytes(List<ByteBuffer> buffers) {
    awaitingBytes = false;
    for (ByteBuffer bytes : buffers) {
      if (!over && bytes.hasRemaining()) {
        listener.onBytes(bytes);
      }
    }
    awaitBytes();
  }

  private void end() {
    if (!over) {
      finish();
      listener.onEnd();
    }
  }

  private void fail(UpstreamFailure failure) {
    if (!over) {
      abandon();
      listener.onFailure(failure);
    }
  }

  @Override
  public void pause() {
    paused = true;
    if (headSeen) {
      deadline.clear();
    }
  }

  @Override
  public void resume() {
    paused = false;
    awaitBytes();
  }

  @Override
  public void cancel() {
    if (!over) {
      abandon();
    }
  }

  private void abandon() {
    finish();
    if (subscription != null) {
      subscription.cancel();
    }
    if (exchange != null) {
      exchange.cancel(true);
    }
  }

  private void finish() {
    over = true;
    deadline.stop();
    release.run();
  }

  /** The answer as the client reports it, on the client's threads. */
  private final class Answer implements HttpResponse.BodySubscriber<Void> {
    private final CompletableFuture<Void> complete = new CompletableFuture<>();

    Answer(HttpResponse.ResponseInfo head) {
      Headers.Builder headers = Headers.EMPTY.toBuilder();
      head.headers()
          .map()
          .forEach((name, values) -> values.forEach(value -> headers.add(name, value)));
      loop.execute(() -> head(head.statusCode(), headers.build()));
    }

    @Override
    public CompletableFuture<Void> getBody() {
      return complete;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      loop.execute(() -> subscribed(subscription));
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      loop.execute(() -> bytes(buffers));
    }

    @Override
    public void onComplete() {
      complete.complete(null);
      loop.execute(JdkTransfer.this::end);
    }

    @Override
    public void onError(Throwable cause) {
      complete.completeExceptionally(cause);
    }
  }
}
