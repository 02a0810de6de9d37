package xyz.trollllm.proxy.upstream;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.Headers;

/**
 * A transfer as its listener sees it. Collects what comes, and notes every breach of the listener's
 * contract: off the loop, before {@code open} returned, out of order, or after the end.
 */
public final class TestCall implements Upstream.Listener {
  private static final int PATIENCE_SECONDS = 20;

  private final EventLoop loop;
  private final Consumer<TestCall> onBytes;
  private final CompletableFuture<Upstream.Transfer> transfer = new CompletableFuture<>();
  private final CompletableFuture<Answer> head = new CompletableFuture<>();
  private final CompletableFuture<Boolean> ended = new CompletableFuture<>();
  private final CompletableFuture<UpstreamFailure> failure = new CompletableFuture<>();
  private final List<String> breaches = new CopyOnWriteArrayList<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private int deliveries;

  private TestCall(EventLoop loop, Consumer<TestCall> onBytes) {
    this.loop = loop;
    this.onBytes = onBytes;
  }

  /** Opens a transfer on {@code loop}; {@code onBytes} runs there, inside every delivery. */
  public static TestCall open(
      Upstream upstream, UpstreamRequest request, EventLoop loop, Consumer<TestCall> onBytes) {
    TestCall call = new TestCall(loop, onBytes);
    loop.execute(() -> call.openOnLoop(upstream, request));
    return call;
  }

  private void openOnLoop(Upstream upstream, UpstreamRequest request) {
    try {
      transfer.complete(upstream.open(request, loop, this));
    } catch (RuntimeException e) {
      transfer.completeExceptionally(e);
    }
  }

  /** Status and headers of an answer. */
  public record Answer(int status, Headers headers) {}

  @Override
  public void onHead(int status, Headers headers) {
    check(!head.isDone(), "a second head");
    head.complete(new Answer(status, headers));
  }

  @Override
  public void onBytes(ByteBuffer bytes) {
    check(head.isDone(), "bytes before the head");
    check(bytes.hasRemaining(), "no bytes");
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    synchronized (body) {
      body.writeBytes(copy);
      deliveries++;
      body.notifyAll();
    }
    onBytes.accept(this);
  }

  @Override
  public void onEnd() {
    check(head.isDone(), "an end before the head");
    ended.complete(true);
  }

  @Override
  public void onFailure(UpstreamFailure reason) {
    check(true, "");
    failure.complete(reason);
  }

  private void check(boolean inOrder, String breach) {
    if (!inOrder) {
      breaches.add(breach);
    }
    if (!loop.isCurrent()) {
      breaches.add("called on " + Thread.currentThread());
    }
    if (!transfer.isDone()) {
      breaches.add("called before open returned");
    }
    if (ended.isDone() || failure.isDone()) {
      breaches.add("called after the end");
    }
  }

  /** Runs {@code task} on the loop and waits for it. */
  public void onLoop(Consumer<Upstream.Transfer> task) {
    Upstream.Transfer opened = await(transfer);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    loop.run(() -> {
      task.accept(opened);
      done.complete(true);
    });
    await(done);
  }

  public Upstream.Transfer transfer() {
    return await(transfer);
  }

  public Answer awaitHead() {
    return await(head);
  }

  /** Waits until at least so many bytes of the body have come. */
  public void awaitBytes(int count) throws InterruptedException {
    long deadline = System.nanoTime() + SECONDS.toNanos(PATIENCE_SECONDS);
    synchronized (body) {
      while (body.size() < count) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        assertThat(left).as("time to wait for byte %d, have %d", count, body.size()).isPositive();
        body.wait(left);
      }
    }
  }

  /** Waits for the end and returns the body. */
  public byte[] awaitEnd() {
    Object end = await(CompletableFuture.anyOf(ended, failure));
    assertThat(end).as("end").isEqualTo(true);
    assertNoBreach();
    return body();
  }

  public String awaitText() {
    return new String(awaitEnd(), StandardCharsets.UTF_8);
  }

  public UpstreamFailure awaitFailure() {
    Object end = await(CompletableFuture.anyOf(ended, failure));
    assertThat(end).as("failure").isInstanceOf(UpstreamFailure.class);
    assertNoBreach();
    return (UpstreamFailure) end;
  }

  /** Whether neither an end nor a failure has been told. */
  public boolean isPending() {
    return !ended.isDone() && !failure.isDone();
  }

  public byte[] body() {
    synchronized (body) {
      return body.toByteArray();
    }
  }

  public String text() {
    return new String(body(), StandardCharsets.UTF_8);
  }

  public int deliveries() {
    synchronized (body) {
      return deliveries;
    }
  }

  public void assertNoBreach() {
    assertThat(breaches).as("breaches of the listener's contract").isEmpty();
  }

  private static <T> T await(CompletableFuture<T> future) {
    return future.orTimeout(PATIENCE_SECONDS, SECONDS).join();
  }
}
