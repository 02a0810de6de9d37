package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.admission.Account;

/** A proxy whose upstream, clients and time a test moves step by step, without sockets. */
final class CallRig implements AutoCloseable {
  static final String MESSAGE =
      "{\"model\":\"claude-sonnet-4-5\",\"max_tokens\":1000,\"messages\":[]}";
  static final String MESSAGE_STREAM = MESSAGE.replace("{\"m", "{\"stream\":true,\"m");
  static final String CHAT_STREAM =
      "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"max_tokens\":1000,\"messages\":[]}";

  static final String RESPONSES_STREAM =
      "{\"model\":\"claude-sonnet-4-5\",\"stream\":true,\"max_output_tokens\":1000,\"input\":\"Hi\"}";

  private static final String CONFIG =
      """
      {
        "instance": "test", "port": 8004, "max_body_bytes": 4000000, "ping_seconds": 15,
        "endpoints": [
          {"name": "up-anthropic", "base_url": "http://127.0.0.1:1/v1/messages"},
          {"name": "up-openai", "base_url": "http://127.0.0.1:1/v1/chat/completions"},
          {"name": "up-responses", "base_url": "http://127.0.0.1:1/v1/responses"}
        ],
        "models": [
          {"id": "claude-sonnet-4-5", "upstream": "up",
           "billing_upstream": "openhands", "billing_multiplier": 1.06,
           "input_price_per_mtok": 3, "output_price_per_mtok": 15,
           "cache_write_price_per_mtok": 3.75, "cache_write_1h_price_per_mtok": 6,
           "cache_hit_price_per_mtok": 0.30, "max_input_tokens": 200000,
           "max_output_tokens": 64000 MORE}
        ]
      }
      """;

  final ManualLoop loop = new ManualLoop();
  final ScriptedUpstream upstream = new ScriptedUpstream();
  final InMemoryCreditLedger ledger = new InMemoryCreditLedger();
  final List<Settlement> noted = new ArrayList<>();
  final List<RequestLogEntry> log = new CopyOnWriteArrayList<>();
  final List<OperatorAlert> alerts = new ArrayList<>();
  private final MeteredProxy proxy;

  CallRig() {
    this("", List.of("operator-key"));
  }

  /**
   * @param policy more of the model's configuration, beginning with a comma
   */
  CallRig(String policy, List<String> keys) {
    this(policy, keys, null);
  }

  /** A rig with another ledger around its own, or with one that notes if there is none. */
  CallRig(String policy, List<String> keys, @Nullable Function<CreditLedger, CreditLedger> around) {
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1000"));
    proxy =
        new MeteredProxy(
            ConfigLoader.load("test.json", CONFIG.replace("MORE", policy), Map.of()),
            Map.of("up", keys),
            _ -> Optional.of(new Account("alice", true)),
            around == null ? new NotingLedger(ledger, noted) : around.apply(ledger),
            log::add,
            alerts::add,
            _ -> upstream);
  }

  /** A rig whose model's answers are read on after the client left. */
  static CallRig draining(int seconds, String usd) {
    return new CallRig(
        ", \"drain_after_disconnect\": {\"max_seconds\": %d, \"max_cost_usd\": %s}"
            .formatted(seconds, usd),
        List.of("operator-key"));
  }

  /** Sends a request and waits until it reached the upstream, or was answered. */
  RecordingClient send(String path, String body, String... headers) throws InterruptedException {
    RecordingClient client = new RecordingClient();
    int before = upstream.sent.size();
    start(client, path, body, headers);
    loop.runUntil(() -> upstream.sent.size() > before || client.status != 0);
    return client;
  }

  void start(RecordingClient client, String path, String body, String... headers) {
    Headers.Builder all = Headers.of(headers).toBuilder().set("x-api-key", "sk-alice");
    ByteBuffer bytes = ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8));
    proxy.handle(new ProxyRequest("POST", path, null, all.build(), bytes), client, loop);
  }

  RecordingClient message() throws InterruptedException {
    return send("/v1/messages", MESSAGE);
  }

  RecordingClient messageStream() throws InterruptedException {
    return send("/v1/messages", MESSAGE_STREAM);
  }

  RecordingClient chatStream() throws InterruptedException {
    return send("/v1/chat/completions", CHAT_STREAM);
  }

  /** The one settlement there is. */
  Settlement settlement() {
    if (ledger.records().size() != 1) {
      throw new AssertionError("settled: " + ledger.records());
    }
    return ledger.records().getFirst();
  }

  Usd held() {
    return ledger.held("alice", CreditField.CREDITS_NEW);
  }

  @Override
  public void close() {
    proxy.close();
  }
}
