package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.upstream.Deadline;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.proxy.wire.UsageChunkFilter;

/**
 * An answer that is a stream of events, each passed on when it comes. Three things are changed: a
 * byte order mark is dropped, usage that only the gateway had asked for is taken out, and pings are
 * put between two events when there was silence.
 */
final class EventStream extends Answer {
  /** How long a stream that has to stop may take to end an event; beyond, it is cut. */
  private static final int LONGEST_LAST_EVENT = 1 << 16;

  private final AnswerHead head;
  private final boolean endIsProven;
  private final @Nullable UsageChunkFilter filter;
  private final ByteOrderMark mark = new ByteOrderMark();
  private final EventBoundary boundary = new EventBoundary();
  private final Duration pingInterval;
  private final Deadline silence;
  private boolean over;
  private boolean stopping;
  private int bytesSinceStop;

  /**
   * @param progress is told before anything is sent
   * @param endIsProven whether the upstream's transfer coding tells an end from a break
   * @param filter takes out usage; null if the client is to see it
   * @param loop times the silence
   * @param pingInterval the silence after which the client is pinged; never if zero
   */
  EventStream(
      AnswerHead head,
      Caller caller,
      AnswerMeter meter,
      ProgressNotes progress,
      boolean endIsProven,
      @Nullable UsageChunkFilter filter,
      EventLoop loop,
      Duration pingInterval) {
    super(caller, meter, progress);
    this.head = head;
    this.endIsProven = endIsProven;
    this.filter = filter;
    this.pingInterval = pingInterval;
    this.silence = new Deadline(loop, this::ping);
  }

  @Override
  void begin() {
    sendHead(head);
    awaitSilence();
  }

  @Override
  boolean pass(ByteBuffer bytes) {
    note(bytes.remaining());
    ByteBuffer content = mark.drop(bytes);
    return write(filter == null ? content : filter.filter(content));
  }

  private boolean write(ByteBuffer bytes) {
    if (stopping) {
      bytesSinceStop += bytes.remaining();
      bytes = boundary.upToNext(bytes);
    }
    if (!bytes.hasRemaining()) {
      return true;
    }
    boundary.observe(bytes);
    boolean taken = caller.client().write(bytes);
    if (taken) {
      awaitSilence();
    } else {
      silence.clear();
    }
    return taken;
  }

  @Override
  void writable() {
    awaitSilence();
  }

  private void awaitSilence() {
    if (pingInterval.isPositive() && !over) {
      silence.set(pingInterval);
    }
  }

  private void ping() {
    boolean taken = true;
    if (boundary.admitsAnother()) {
      String ping =
          caller.api() == Api.ANTHROPIC_MESSAGES
              ? "event: ping\ndata: {\"type\": \"ping\"}\n\n"
              : ": ping\n\n";
      taken = caller.client().write(ByteBuffer.wrap(ping.getBytes(StandardCharsets.US_ASCII)));
    }
    if (taken) {
      awaitSilence();
    }
  }

  @Override
  boolean mayEnd() {
    return endIsProven || meter.sawEnd();
  }

  @Override
  void end(Usd charge) {
    write(mark.rest());
    if (filter != null) {
      write(filter.finish());
    }
    stopPings();
    caller.client().end();
  }

  @Override
  void breakOff(ErrorAnswer why) {
    stopPings();
    if (boundary.isBetweenEvents()) {
      caller.client().write(caller.event(why, meter.events()));
      caller.client().end();
    } else {
      caller.client().reset();
    }
  }

  @Override
  void stopAfterEvent() {
    stopping = true;
    stopPings();
  }

  @Override
  boolean hasStopped() {
    return boundary.isBetweenEvents() || bytesSinceStop > LONGEST_LAST_EVENT;
  }

  @Override
  void discard() {
    super.discard();
    stopPings();
  }

  private void stopPings() {
    over = true;
    silence.stop();
  }

  @Override
  int status() {
    return head.status();
  }

  @Override
  Metered meteredWhenBroken() {
    return filter == null ? metered() : meter.usageWithoutPending();
  }
}
