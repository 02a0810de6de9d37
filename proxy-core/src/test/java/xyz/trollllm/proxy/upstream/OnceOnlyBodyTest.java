package xyz.trollllm.proxy.upstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

final class OnceOnlyBodyTest {
  private final OnceOnlyBody body =
      new OnceOnlyBody(
          List.of(
              ByteBuffer.wrap("..one".getBytes(UTF_8)).position(2).slice(),
              ByteBuffer.allocateDirect(3).put("two".getBytes(UTF_8)).flip()));

  /** Subscribes as the HTTP client does and collects what comes. */
  private BodySubscriber<String> send() {
    BodySubscriber<String> collected = BodySubscribers.ofString(UTF_8);
    body.subscribe(new Collector(collected));
    return collected;
  }

  private record Collector(BodySubscriber<String> target) implements Flow.Subscriber<ByteBuffer> {
    @Override
    public void onSubscribe(Flow.Subscription subscription) {
      target.onSubscribe(subscription);
    }

    @Override
    public void onNext(ByteBuffer bytes) {
      target.onNext(List.of(bytes));
    }

    @Override
    public void onError(Throwable cause) {
      target.onError(cause);
    }

    @Override
    public void onComplete() {
      target.onComplete();
    }
  }

  @Test
  void slicesAreSentInOrder() {
    assertThat(body.contentLength()).isEqualTo(6);
    assertThat(body.begun()).isFalse();

    assertThat(send().getBody()).isCompletedWithValue("onetwo");
    assertThat(body.begun()).isTrue();
  }

  @Test
  void secondSendingFails() {
    send();

    assertThat(send().getBody())
        .isCompletedExceptionally()
        .failsWithin(Duration.ZERO)
        .withThrowableThat()
        .withCauseInstanceOf(IOException.class);
  }
}
