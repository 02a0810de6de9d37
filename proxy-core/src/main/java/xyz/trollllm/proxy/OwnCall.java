package xyz.trollllm.proxy;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import xyz.trollllm.proxy.admission.Admission;
import xyz.trollllm.proxy.admission.Identification;
import xyz.trollllm.proxy.admission.Identity;
import xyz.trollllm.proxy.admission.Rejection;

/**
 * One request that the gateway answers by itself, at no charge. Confined to its event loop; what
 * may block runs elsewhere and comes back.
 */
final class OwnCall implements ClientExchange.Listener {
  private final CallContext context;
  private final OwnAnswers answers;
  private final Executor storeCalls;
  private final Endpoint.Own endpoint;
  private final ProxyRequest request;
  private final ClientExchange client;
  private final EventLoop loop;
  private final FreeReply reply;

  /**
   * @param storeCalls where answers are fetched that may block
   */
  OwnCall(
      CallContext context,
      OwnAnswers answers,
      Executor storeCalls,
      Endpoint.Own endpoint,
      ProxyRequest request,
      ClientExchange client,
      EventLoop loop,
      FreeReply reply) {
    this.context = context;
    this.answers = answers;
    this.storeCalls = storeCalls;
    this.endpoint = endpoint;
    this.request = request;
    this.client = client;
    this.loop = loop;
    this.reply = reply;
  }

  void start() {
    client.listen(this);
    onCall(() -> {
      if (endpoint.needsKey()) {
        context
            .gatekeeper()
            .identify(request, this::onCall, outcome -> onCall(() -> identified(outcome)));
      } else {
        reply.send(answers.toAnybody(endpoint, request));
      }
    });
  }

  /** Runs a step on this call's loop: now if already there, else when the loop gets to it. */
  private void onCall(Runnable step) {
    loop.run(() -> {
      try {
        step.run();
      } catch (RuntimeException bug) {
        reply.crashed(bug);
      }
    });
  }

  private void identified(Identification identification) {
    switch (identification) {
      case Identification.Refused(Admission.Refused refused) -> reply.refuse(refused);
      case Identification.Known(Identity caller) -> {
        reply.by(caller);
        if (endpoint.mayBlock()) {
          fetch(caller);
        } else {
          reply.send(answers.to(caller, endpoint, request));
        }
      }
    }
  }

  private void fetch(Identity caller) {
    try {
      storeCalls.execute(() -> fetchNow(caller));
    } catch (RejectedExecutionException _) {
      reply.fail(ErrorAnswer.of(new Rejection.ShuttingDown()), null);
    }
  }

  private void fetchNow(Identity caller) {
    try {
      OwnAnswer answer = answers.to(caller, endpoint, request);
      onCall(() -> reply.send(answer));
    } catch (RuntimeException bug) {
      onCall(() -> reply.crashed(bug));
    }
  }

  @Override
  public void onWritable() {}

  @Override
  public void onGone() {
    reply.clientGone();
  }
}
