package xyz.trollllm.server;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.RequestLogEntry;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.admission.AccountDirectory;
import xyz.trollllm.proxy.admission.ApiKey;
import xyz.trollllm.server.standin.StandInUpstream;

/** A server on free ports before a stand-in upstream, with its ledger in memory. */
final class ServerFixture implements AutoCloseable {
  static final String KEY = "sk-alice";
  private static final Duration PATIENCE = Duration.ofSeconds(25);

  static final String CONFIG =
      """
      {
        "instance": "test", "port": 8004, "max_body_bytes": 1048576,
        "endpoints": [
          {"name": "up-anthropic", "base_url": "UPSTREAM/v1/messages"},
          {"name": "up-openai", "base_url": "UPSTREAM/v1/chat/completions"},
          {"name": "up-responses", "base_url": "UPSTREAM/v1/responses"},
          {"name": "up-embeddings", "base_url": "UPSTREAM/v1/embeddings"}
        ],
        "models": [
          {"name": "Sonnet", "id": "claude-sonnet-4-5", "type": "anthropic", "upstream": "up",
           "billing_upstream": "openhands", "billing_multiplier": 1.06,
           "input_price_per_mtok": 3, "output_price_per_mtok": 15,
           "cache_write_price_per_mtok": 3.75, "cache_write_1h_price_per_mtok": 6,
           "cache_hit_price_per_mtok": 0.30, "max_input_tokens": 200000,
           "max_output_tokens": 64000}
        ]
      }
      """;

  final StandInUpstream upstream = StandInUpstream.start();
  final InMemoryCreditLedger ledger = new InMemoryCreditLedger();
  final List<RequestLogEntry> log = new CopyOnWriteArrayList<>();
  final GatewayServer server;

  ServerFixture() {
    this(ServerFixture::aliceOnly, PATIENCE);
  }

  /** A server that gives requests under way so much time when it is closed. */
  ServerFixture(Duration patience) {
    this(ServerFixture::aliceOnly, patience);
  }

  ServerFixture(AccountDirectory accounts) {
    this(accounts, PATIENCE);
  }

  /** A server before another upstream, whose URL has no path. */
  ServerFixture(String upstreamUrl) {
    this(ServerFixture::aliceOnly, PATIENCE, upstreamUrl, "");
  }

  /**
   * A server whose model's answers are read on for so long after their client left.
   *
   * @param patience for requests under way when the server is closed
   */
  static ServerFixture draining(int seconds, Duration patience) {
    return new ServerFixture(
        ServerFixture::aliceOnly,
        patience,
        null,
        ", \"drain_after_disconnect\": {\"max_seconds\": %d, \"max_cost_usd\": 1}"
            .formatted(seconds));
  }

  /** What the server says speaks against it. */
  volatile Readiness.@Nullable Trouble trouble;

  private ServerFixture(AccountDirectory accounts, Duration patience) {
    this(accounts, patience, null, "");
  }

  private ServerFixture(
      AccountDirectory accounts, Duration patience, @Nullable String upstreamUrl, String policy) {
    String url = upstreamUrl == null ? upstream.url().toString() : upstreamUrl;
    String json =
        CONFIG
            .replace("UPSTREAM", url.endsWith("/") ? url.substring(0, url.length() - 1) : url)
            .replace("\"max_output_tokens\": 64000", "\"max_output_tokens\": 64000" + policy);
    GatewayConfig config =
        ConfigLoader.load("test.json", json, Map.of("PORT", "0", "OPS_PORT", "0"));
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1000"));
    server =
        GatewayServer.start(
            config,
            Map.of("up", List.of(StandInUpstream.KEY)),
            accounts,
            ledger,
            log::add,
            () -> Optional.ofNullable(trouble),
            patience);
  }

  private static Optional<Account> aliceOnly(ApiKey key) {
    return key.value().equals(KEY) ? Optional.of(new Account("alice", true)) : Optional.empty();
  }

  RawClient connect() {
    return new RawClient(server.clientPort());
  }

  Usd held() {
    return ledger.held("alice", CreditField.CREDITS_NEW);
  }

  @Override
  public void close() {
    server.close();
    upstream.close();
  }
}
