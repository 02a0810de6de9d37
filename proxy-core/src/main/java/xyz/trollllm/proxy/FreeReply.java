package xyz.trollllm.proxy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Identity;

/**
 * The one answer to a request that costs nothing, and its one line in the log. Confined to the
 * event loop of its call; whatever comes after the answer has no effect.
 */
final class FreeReply {
  private static final int CLIENT_GONE = 499;

  private final CallContext context;
  private final String requestId;
  private final Api api;
  private final ProxyRequest request;
  private final ClientExchange client;
  private final Instant startedAt;
  private final long startNanos = System.nanoTime();
  private @Nullable Identity caller;
  private @Nullable String model;
  private @Nullable Duration firstByte;
  private boolean over;

  /**
   * @param api in whose words errors are told
   */
  FreeReply(
      CallContext context, String requestId, Api api, ProxyRequest request, ClientExchange client) {
    this.context = context;
    this.requestId = requestId;
    this.api = api;
    this.request = request;
    this.client = client;
    this.startedAt = context.clock().instant();
  }

  boolean isOver() {
    return over;
  }

  /** Notes who asks. */
  void by(Identity identity) {
    caller = identity;
  }

  /** Notes which model was asked for. */
  void about(String requestedModel) {
    model = requestedModel;
  }

  /** Notes that the upstream has begun to answer. */
  void upstreamAnswers() {
    firstByte = elapsed();
  }

  void send(OwnAnswer answer) {
    switch (answer) {
      case OwnAnswer.Given(WholeAnswer whole) ->
          end(() -> {
            whole.send(client, requestId);
            log(whole.status(), null, null);
          });
      case OwnAnswer.Refused(ErrorAnswer error) -> fail(error, null);
    }
  }

  /** The request was not admitted. */
  void refuse(Admission.Refused refused) {
    end(() -> {
      ErrorAnswer error = ErrorAnswer.of(refused.reason());
      error.send(client, api, requestId);
      context
          .log()
          .write(
              RequestLogEntry.refused(
                  startedAt, requestId, context.instance(), request, error, refused));
    });
  }

  /**
   * @param detail for the operator; no secret and no prompt
   */
  void fail(ErrorAnswer error, @Nullable String detail) {
    end(() -> {
      error.send(client, api, requestId);
      log(error.status(), error.code(), detail);
    });
  }

  void clientGone() {
    end(() -> log(CLIENT_GONE, "client_gone", null));
  }

  /** A bug of ours: the client gets an error or, if an answer had begun, a cut. */
  void crashed(Throwable bug) {
    if (over) {
      client.reset();
      return;
    }
    fail(ErrorAnswer.CRASHED, CallReport.place(bug));
  }

  /** Ends the request in one way, unless it has ended. */
  private void end(Runnable way) {
    if (over) {
      return;
    }
    over = true;
    try {
      way.run();
    } finally {
      client.over();
    }
  }

  private void log(int status, @Nullable String error, @Nullable String detail) {
    context
        .log()
        .write(
            RequestLogEntry.free(
                startedAt,
                requestId,
                context.instance(),
                request,
                caller,
                model,
                status,
                error,
                detail,
                firstByte,
                elapsed()));
  }

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
