package xyz.trollllm.proxy;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Addressing;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Identification;
import xyz.trollllm.proxy.admission.Identity;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.admission.Route;
import xyz.trollllm.proxy.upstream.KeyRing;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;
import xyz.trollllm.proxy.upstream.UpstreamRequest;
import xyz.trollllm.proxy.wire.BodyEdits;
import xyz.trollllm.proxy.wire.RequestSummary;
import xyz.trollllm.proxy.wire.TokenCountAnswer;

/**
 * One question how many tokens a prompt has: forwarded as a message would be, but free, so nothing
 * is held, settled or recorded. The answer is a few bytes and is looked at before it is passed on.
 *
 * <p>Confined to its event loop. An upstream without this endpoint is no upstream in trouble, so
 * outcomes do not count for its circuit breaker; nothing is sent while that is open.
 */
final class TokenCountCall implements StepGuard, Upstream.Listener, ClientExchange.Listener {
  private static final int MAX_ATTEMPTS = 2;
  private static final int MAX_ANSWER_BYTES = 64 * 1024;

  private final CallContext context;
  private final String requestId;
  private final ProxyRequest request;
  private final ClientExchange client;
  private final GuardedLoop loop;
  private final FreeReply reply;

  private @Nullable Asked asked;
  private Upstream.@Nullable Transfer transfer;
  private @Nullable Answering answering;
  private int attempts;

  /** What is sent where, and as whom. */
  private record Asked(RequestSummary summary, Route route, ConfiguredUpstream upstream) {}

  /** The answer so far; {@code error} collects it if it is not a success. */
  private record Answering(
      Headers head, int status, @Nullable UpstreamError error, ByteArrayOutputStream body) {}

  private KeyRing.@Nullable Key key;

  TokenCountCall(
      CallContext context,
      String requestId,
      ProxyRequest request,
      ClientExchange client,
      EventLoop loop,
      FreeReply reply) {
    this.context = context;
    this.requestId = requestId;
    this.request = request;
    this.client = client;
    this.loop = new GuardedLoop(loop, this);
    this.reply = reply;
  }

  void start() {
    client.listen(this);
    loop.run(() ->
        context
            .gatekeeper()
            .identify(request, loop::run, outcome -> loop.run(() -> identified(outcome))));
  }

  @Override
  public void crashed(Throwable bug) {
    if (transfer != null) {
      transfer.cancel();
    }
    reply.crashed(bug);
  }

  private void identified(Identification identification) {
    switch (identification) {
      case Identification.Refused(Admission.Refused refused) -> reply.refuse(refused);
      case Identification.Known(Identity caller) -> {
        reply.by(caller);
        context.gatekeeper().addressTokenCount(request, caller, loop::run, this::addressed);
      }
    }
  }

  private void addressed(Addressing addressing) {
    switch (addressing) {
      case Addressing.Refused(Admission.Refused refused) -> reply.refuse(refused);
      case Addressing.Routed(RequestSummary summary, Route route) -> {
        reply.about(summary.model());
        ConfiguredUpstream upstream =
            Objects.requireNonNull(context.upstreams().get(route.model().upstream()));
        asked = new Asked(summary, route, upstream);
        if (!reply.isOver()) {
          open(upstream.keys().next());
        }
      }
    }
  }

  private void open(KeyRing.Key chosen) {
    Asked question = Objects.requireNonNull(asked);
    ConfiguredUpstream upstream = question.upstream();
    Optional<Duration> wait = upstream.allowance().usedUp();
    if (wait.isPresent()) {
      reply.fail(ErrorAnswer.of(new Rejection.AllowanceUsedUp(wait.get())), null);
      return;
    }
    if (upstream.breaker().getState() == CircuitBreaker.State.OPEN) {
      reply.fail(ErrorAnswer.of(new Rejection.UpstreamResting(ConfiguredUpstream.REST)), null);
      return;
    }
    attempts++;
    key = chosen;
    answering = null;
    UpstreamRequest forwarded =
        new UpstreamRequest(
            URI.create(
                question.route().url() + "/count_tokens" + QueryRules.toUpstream(request.query())),
            HeaderRules.toUpstream(request.headers(), upstream.config(), chosen.value(), requestId),
            BodyEdits.forward(
                request.body(),
                question.summary(),
                Api.ANTHROPIC_MESSAGES,
                question.route().model().upstreamModelId(),
                OptionalLong.empty()));
    transfer = upstream.connections().open(forwarded, loop.loop(), this);
  }

  @Override
  public void onHead(int status, Headers head) {
    step(() -> {
      reply.upstreamAnswers();
      boolean success = status >= 200 && status <= 299;
      answering =
          new Answering(
              head,
              status,
              success ? null : new UpstreamError(status, head),
              new ByteArrayOutputStream());
    });
  }

  @Override
  public void onBytes(ByteBuffer bytes) {
    step(() -> {
      Answering answer = Objects.requireNonNull(answering);
      if (answer.error() != null) {
        answer.error().read(bytes);
      } else if (answer.body().size() + bytes.remaining() > MAX_ANSWER_BYTES) {
        Objects.requireNonNull(transfer).cancel();
        misbehaved("an answer of more than " + MAX_ANSWER_BYTES + " bytes");
      } else {
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        answer.body().writeBytes(copy);
      }
    });
  }

  @Override
  public void onEnd() {
    step(() -> {
      Answering answer = Objects.requireNonNull(answering);
      if (answer.error() != null) {
        upstreamRefused(answer.error());
        return;
      }
      byte[] body = answer.body().toByteArray();
      if (TokenCountAnswer.isOne(body)) {
        Headers head = HeaderRules.toClient(answer.head(), requestId, false);
        reply.send(new OwnAnswer.Given(answer.status(), head, ByteBuffer.wrap(body)));
      } else {
        misbehaved("an answer that is no token count, status " + answer.status());
      }
    });
  }

  private void misbehaved(String detail) {
    reply.fail(ErrorAnswer.UNREADABLE, detail);
  }

  private void upstreamRefused(UpstreamError error) {
    if (error.anotherKeyMayHelp()) {
      KeyRing.Key refusedKey = Objects.requireNonNull(key);
      if (error.refusesKey()) {
        refusedKey.rest(); // a rate limit of this endpoint says nothing about messages
        Objects.requireNonNull(asked).upstream().keyWatch().refused(refusedKey, error.status());
      }
      Optional<KeyRing.Key> another =
          Objects.requireNonNull(asked).upstream().keys().otherThan(refusedKey);
      if (attempts < MAX_ATTEMPTS && another.isPresent()) {
        open(another.get());
        return;
      }
    }
    reply.fail(error.answer(), "upstream status " + error.status());
  }

  @Override
  public void onFailure(UpstreamFailure failure) {
    step(() -> {
      if (failure instanceof UpstreamFailure.NotConnected && attempts < MAX_ATTEMPTS) {
        open(Objects.requireNonNull(asked).upstream().keys().next());
      } else {
        reply.fail(ErrorAnswer.of(failure), failure.toString());
      }
    });
  }

  @Override
  public void onWritable() {}

  @Override
  public void onGone() {
    if (transfer != null && !reply.isOver()) {
      transfer.cancel();
    }
    reply.clientGone();
  }
}
