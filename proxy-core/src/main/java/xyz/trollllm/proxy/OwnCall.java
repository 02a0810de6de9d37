package xyz.trollllm.proxy;

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
  private final Endpoint.Own endpoint;
  private final ProxyRequest request;
  private final ClientExchange client;
  private final GuardedLoop loop;
  private final FreeReply reply;

  OwnCall(
      CallContext context,
      OwnAnswers answers,
      Endpoint.Own endpoint,
      ProxyRequest request,
      ClientExchange client,
      EventLoop loop,
      FreeReply reply) {
    this.context = context;
    this.answers = answers;
    this.endpoint = endpoint;
    this.request = request;
    this.client = client;
    this.loop = new GuardedLoop(loop, reply::crashed);
    this.reply = reply;
  }

  void start() {
    client.listen(this);
    loop.run(() -> {
      if (endpoint.needsKey()) {
        context
            .gatekeeper()
            .identify(request, loop::run, outcome -> loop.run(() -> identified(outcome)));
      } else {
        reply.send(answers.toAnybody(endpoint, request));
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
      context
          .background()
          .compute(() -> answers.to(caller, endpoint, request), loop::run, reply::send);
    } catch (RejectedExecutionException _) {
      reply.fail(ErrorAnswer.of(new Rejection.ShuttingDown()), null);
    }
  }

  @Override
  public void onWritable() {}

  @Override
  public void onGone() {
    reply.clientGone();
  }
}
