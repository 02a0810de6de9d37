package xyz.trollllm.proxy.upstream;

import java.io.IOException;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A request body that can be sent only once, so that no retry inside the HTTP client, whatever its
 * settings, can make an upstream work on a request twice. Remembers when it last made progress.
 */
final class OnceOnlyBody implements BodyPublisher {
  private final BodyPublisher slices;
  private final AtomicBoolean begun = new AtomicBoolean();
  private volatile long lastProgressNanos = System.nanoTime();

  OnceOnlyBody(List<ByteBuffer> slices) {
    this.slices =
        BodyPublishers.concat(
            slices.stream().map(OnceOnlyBody::publisher).toArray(BodyPublisher[]::new));
  }

  private static BodyPublisher publisher(ByteBuffer slice) {
    if (slice.hasArray()) {
      return BodyPublishers.ofByteArray(
          slice.array(), slice.arrayOffset() + slice.position(), slice.remaining());
    }
    byte[] copy = new byte[slice.remaining()];
    slice.get(slice.position(), copy);
    return BodyPublishers.ofByteArray(copy);
  }

  /** Whether sending has begun: before, the upstream cannot have worked on the request. */
  boolean begun() {
    return begun.get();
  }

  long lastProgressNanos() {
    return lastProgressNanos;
  }

  @Override
  public long contentLength() {
    return slices.contentLength();
  }

  @Override
  public void subscribe(Flow.Subscriber<? super ByteBuffer> subscriber) {
    if (begun.compareAndSet(false, true)) {
      lastProgressNanos = System.nanoTime();
      slices.subscribe(new Watched(subscriber));
    } else {
      subscriber.onSubscribe(new NothingToSend());
      subscriber.onError(new IOException("the request would have been sent a second time"));
    }
  }

  private final class Watched implements Flow.Subscriber<ByteBuffer> {
    private final Flow.Subscriber<? super ByteBuffer> sender;

    Watched(Flow.Subscriber<? super ByteBuffer> sender) {
      this.sender = sender;
    }

    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      sender.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      lastProgressNanos = System.nanoTime();
      sender.onNext(bytes);
    }

    @Override
    public void onError(Throwable cause) {
      sender.onError(cause);
    }

    @Override
    public void onComplete() {
      lastProgressNanos = System.nanoTime();
      sender.onComplete();
    }
  }

  private static final class NothingToSend implements Flow.Subscription {
    @Override
    public void request(long n) {}

    @Override
    public void cancel() {}
  }
}
