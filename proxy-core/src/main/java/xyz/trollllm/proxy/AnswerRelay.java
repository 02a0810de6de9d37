package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.AnswerMeters;
import xyz.trollllm.proxy.wire.BodyEdits;
import xyz.trollllm.proxy.wire.Estimation;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.proxy.wire.UsageChunkFilter;

/**
 * Passes one successful answer on to the client while its usage is read along. The bytes stay as
 * they are, but for the usage chunk of an OpenAI stream that only the gateway had asked for.
 *
 * <p>One per answer, confined to the call's event loop.
 */
final class AnswerRelay {
  private static final ErrorAnswer BROKEN_OFF =
      ErrorAnswer.error(502, "upstream_broken", "the upstream broke off its answer");

  private final Api api;
  private final String requestId;
  private final OptionalLong loweredMaxTokens;
  private final ClientExchange client;
  private final boolean eventStream;
  private final boolean endIsProven;
  private final AnswerMeter meter;
  private final @Nullable UsageChunkFilter filter;
  private final EventBoundary boundary = new EventBoundary();

  AnswerRelay(
      Admission.Admitted admitted,
      ProxyRequest request,
      String requestId,
      Headers head,
      ClientExchange client) {
    this.api = admitted.route().api();
    this.requestId = requestId;
    this.loweredMaxTokens = admitted.loweredMaxTokens();
    this.client = client;
    this.eventStream = isEventStream(head, admitted.summary().stream());
    this.endIsProven = head.contains("content-length") || head.contains("transfer-encoding");
    this.meter =
        AnswerMeters.of(
            api,
            eventStream,
            admitted.route().model().usageSemantics(),
            Estimation.of(
                admitted.summary(), request.body().remaining(), admitted.route().model()));
    boolean usageIsOurs = BodyEdits.addsUsage(admitted.summary(), api);
    this.filter = eventStream && usageIsOurs ? new UsageChunkFilter() : null;
  }

  void head(int status, Headers head) {
    long length = eventStream ? -1 : contentLength(head);
    Headers answered = HeaderRules.toClient(head, requestId);
    client.sendHead(status, HeaderRules.withLoweredMaxTokens(answered, loweredMaxTokens), length);
  }

  /** Relays what one read of the upstream brought; false if the client should be waited for. */
  boolean bytes(ByteBuffer bytes) {
    meter.observe(bytes.duplicate());
    return write(filter == null ? bytes : filter.filter(bytes));
  }

  /**
   * The upstream ended its answer.
   *
   * @return whether the client got a whole answer without an error in it
   */
  boolean end() {
    if (!meter.sawEnd() && !(eventStream && endIsProven)) {
      breakOff();
      return false;
    }
    if (filter != null) {
      write(filter.finish());
    }
    client.end();
    return meter.sawEnd() && !meter.sawError();
  }

  /** The upstream broke off: the client gets an error it can read, or a connection that is cut. */
  void breakOff() {
    if (eventStream && boundary.isBetweenEvents()) {
      client.write(ErrorBody.event(api, BROKEN_OFF, requestId, meter.events()));
      client.end();
    } else {
      client.reset();
    }
  }

  Metered metered() {
    return meter.usage();
  }

  Metered meteredWhenAbandoned() {
    return meter.usageOfAbandoned();
  }

  private boolean write(ByteBuffer bytes) {
    boundary.observe(bytes);
    return !bytes.hasRemaining() || client.write(bytes);
  }

  /** An answer that does not say what it is is what was asked for. */
  private static boolean isEventStream(Headers head, boolean streamWanted) {
    String type = head.first("content-type").orElse("").toLowerCase(Locale.ROOT);
    return type.startsWith("text/event-stream")
        || (streamWanted && !type.startsWith("application/json"));
  }

  private static long contentLength(Headers head) {
    if (head.contains("transfer-encoding")) {
      return -1;
    }
    try {
      return Long.parseLong(head.first("content-length").orElse("-1"));
    } catch (NumberFormatException unknown) {
      return -1;
    }
  }
}
