package xyz.trollllm.proxy;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.AnswerMeters;
import xyz.trollllm.proxy.wire.BodyEdits;
import xyz.trollllm.proxy.wire.Estimation;
import xyz.trollllm.proxy.wire.UsageChunkFilter;

/**
 * How a successful answer is passed on, as its head and the request tell.
 *
 * @param eventStream whether the answer, not the request, is an event stream
 * @param coding what the upstream coded it in, against our wish
 * @param relaysCoded whether the client gets it as it is coded: if it takes that coding, and
 *     nothing has to be put in or taken out
 */
record AnswerPlan(
    Admission.Admitted admitted,
    ProxyRequest request,
    int status,
    Headers upstream,
    boolean eventStream,
    ContentCoding coding,
    boolean relaysCoded) {
  static AnswerPlan of(
      Admission.Admitted admitted, ProxyRequest request, int status, Headers head) {
    boolean eventStream = isEventStream(head, admitted.summary().stream());
    ContentCoding coding = ContentCoding.of(head);
    boolean relaysCoded =
        coding != ContentCoding.IDENTITY && !eventStream && coding.isOfferedBy(request.headers());
    return new AnswerPlan(admitted, request, status, head, eventStream, coding, relaysCoded);
  }

  /** An answer that does not say what it is is what was asked for. */
  private static boolean isEventStream(Headers head, boolean streamWanted) {
    String type = head.first("content-type").orElse("").toLowerCase(Locale.ROOT);
    return type.startsWith("text/event-stream")
        || (streamWanted && !type.startsWith("application/json"));
  }

  boolean isSuccess() {
    return status >= 200 && status <= 299;
  }

  Answer answer(HeldCredit credit, Caller caller, EventLoop loop, Duration pingInterval) {
    Headers headers =
        HeaderRules.withLoweredMaxTokens(
            HeaderRules.toClient(upstream, caller.requestId(), relaysCoded),
            admitted.loweredMaxTokens());
    AnswerHead head = new AnswerHead(status, headers, length());
    AnswerMeter meter =
        AnswerMeters.of(
            admitted.route().api(),
            eventStream,
            admitted.route().model().usageSemantics(),
            Estimation.of(
                admitted.summary(), request.body().remaining(), admitted.route().model()));
    ProgressNotes progress = new ProgressNotes(credit, loop);
    if (!eventStream) {
      return new JsonAnswer(head, caller, meter, progress);
    }
    boolean endIsProven =
        upstream.contains("content-length") || upstream.contains("transfer-encoding");
    boolean usageIsOurs = BodyEdits.addsUsage(admitted.summary(), admitted.route().api());
    return new EventStream(
        head,
        caller,
        meter,
        progress,
        endIsProven,
        usageIsOurs ? new UsageChunkFilter() : null,
        loop,
        pingInterval);
  }

  /** Moves the answer, which may be an error, from the upstream to {@code sink}. */
  AnswerFlow flow(
      Upstream.Transfer transfer, EventLoop loop, AnswerFlow.Sink sink, AnswerFlow.Ending ending) {
    return new AnswerFlow(transfer, loop, decoder(), relaysCoded, sink, ending);
  }

  private @Nullable ContentDecoder decoder() {
    return switch (coding) {
      case IDENTITY, UNREADABLE -> null;
      case GZIP, DEFLATE -> new ContentDecoder(coding);
    };
  }

  private long length() {
    boolean sameBytes = coding == ContentCoding.IDENTITY || relaysCoded;
    if (eventStream || !sameBytes || upstream.contains("transfer-encoding")) {
      return -1;
    }
    try {
      return Long.parseLong(upstream.first("content-length").orElse("-1"));
    } catch (NumberFormatException unknown) {
      return -1;
    }
  }
}
