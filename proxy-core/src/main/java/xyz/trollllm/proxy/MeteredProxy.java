package xyz.trollllm.proxy;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamConfig;
import xyz.trollllm.proxy.admission.AccountDirectory;
import xyz.trollllm.proxy.admission.Gatekeeper;
import xyz.trollllm.proxy.admission.Rejection;
import xyz.trollllm.proxy.upstream.Upstream;

/**
 * One instance of the proxy: hand it requests, it admits, forwards, relays, meters and charges.
 *
 * <p>Safe for use by many threads. The ledger and the account directory belong to the caller and
 * outlive the proxy.
 */
public final class MeteredProxy implements AutoCloseable {
  private static final Duration HOLD_LIFETIME = Duration.ofMinutes(10);

  private final CallContext context;
  private final OwnAnswers ownAnswers;
  private final RequestIds requestIds;
  private final ExecutorService storeCalls = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param apiKeys the operator's keys by name of the upstream, at least one for each
   * @param upstreams opens the connections of each configured upstream
   */
  public MeteredProxy(
      GatewayConfig config,
      Map<String, List<String>> apiKeys,
      AccountDirectory accounts,
      CreditLedger ledger,
      RequestLog log,
      OperatorAlerts alerts,
      UpstreamFactory upstreams) {
    Clock clock = Clock.systemUTC();
    Map<String, ConfiguredUpstream> configured = new HashMap<>();
    config
        .upstreams()
        .forEach((name, upstream) ->
            configured.put(
                name,
                ConfiguredUpstream.of(
                    upstream,
                    upstreams.open(upstream),
                    apiKeys.getOrDefault(name, List.of()),
                    alerts,
                    clock)));
    this.requestIds = new RequestIds(clock);
    Background background = new Background(storeCalls);
    Gatekeeper gatekeeper = new Gatekeeper(config, accounts, ledger, background, HOLD_LIFETIME);
    this.ownAnswers = new OwnAnswers(config, gatekeeper.catalog(), ledger.history());
    this.context =
        new CallContext(
            config.instance(),
            gatekeeper,
            Map.copyOf(configured),
            ledger,
            log,
            background,
            config.pingInterval(),
            HOLD_LIFETIME,
            clock);
  }

  /**
   * Answers {@code request} through {@code client}. Must be called on {@code loop}; returns at
   * once, and everything else happens on the loop later.
   */
  public void handle(ProxyRequest request, ClientExchange client, EventLoop loop) {
    Endpoint endpoint = Endpoint.of(request.path());
    ClientExchange receiver = request.method().equals("HEAD") ? new HeadExchange(client) : client;
    if (!endpoint.methods().contains(request.method())) {
      refuse(request, receiver, notServed(endpoint, request));
      return;
    }
    String id = requestIds.next();
    switch (endpoint) {
      case Endpoint.Inference(Api api) ->
          new ProxyCall(context, id, api, request, receiver, loop).start();
      case Endpoint.TokenCount _ -> {
        FreeReply reply = reply(id, endpoint, request, receiver);
        new TokenCountCall(context, id, request, receiver, loop, reply).start();
      }
      case Endpoint.Own own -> {
        FreeReply reply = reply(id, endpoint, request, receiver);
        new OwnCall(context, ownAnswers, own, request, receiver, loop, reply).start();
      }
      case Endpoint.Unknown _ -> refuse(request, receiver, notServed(endpoint, request));
    }
  }

  private FreeReply reply(
      String requestId, Endpoint endpoint, ProxyRequest request, ClientExchange client) {
    return new FreeReply(context, requestId, endpoint.wordsFor(request), request, client);
  }

  private static Rejection notServed(Endpoint endpoint, ProxyRequest request) {
    return endpoint instanceof Endpoint.Unknown
        ? new Rejection.UnknownPath(request.method(), request.path())
        : new Rejection.WrongMethod(request.method(), request.path(), endpoint.methods());
  }

  /**
   * Answers {@code request} on the current thread, which is blocked until the answer is complete:
   * for servers that give every request a thread. An interrupt counts as the client's departure and
   * stays set.
   */
  public void serve(ProxyRequest request, BlockingResponse response) {
    try (SerialEventLoop loop = new SerialEventLoop()) {
      BlockingExchange client = new BlockingExchange(response, loop);
      loop.execute(() -> handle(request, client, loop));
      try {
        loop.runUntilClosed();
      } catch (InterruptedException e) {
        client.stop();
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Refuses a request that a server could not even read, in the words of its API. */
  public void refuse(ProxyRequest request, ClientExchange client, Rejection reason) {
    Instant now = context.clock().instant();
    String requestId = requestIds.next();
    ErrorAnswer error = ErrorAnswer.of(reason);
    Api api = Endpoint.of(request.path()).wordsFor(request);
    client.listen(NOBODY);
    error.send(client, api, requestId);
    context
        .log()
        .write(RequestLogEntry.refused(now, requestId, context.instance(), request, error, null));
    client.over();
  }

  /** Closes the connections to the upstreams; calls under way fail and are settled. */
  @Override
  public void close() {
    context.upstreams().values().forEach(upstream -> upstream.connections().close());
    storeCalls.shutdown();
  }

  /** Opens the connections of one upstream. */
  public interface UpstreamFactory {
    Upstream open(UpstreamConfig config);
  }

  private static final ClientExchange.Listener NOBODY =
      new ClientExchange.Listener() {
        @Override
        public void onWritable() {}

        @Override
        public void onGone() {}
      };
}
