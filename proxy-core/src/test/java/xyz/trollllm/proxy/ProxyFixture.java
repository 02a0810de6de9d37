package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import mockwebserver3.MockResponse;
import mockwebserver3.MockWebServer;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.upstream.JdkUpstream;

/** A proxy with an upstream on a real socket, a ledger in memory and one user with a key. */
final class ProxyFixture implements AutoCloseable {
  static final String USER = "alice";
  static final String KEY = "sk-alice";

  private static final String CONFIG =
      """
      {
        "instance": "test", "port": 8004, "max_body_bytes": 100000,
        "rate_limit": {"requests_per_minute": REQUESTS},
        "endpoints": [
          {"name": "up-anthropic", "base_url": "http://127.0.0.1:PORT/v1/messages"},
          {"name": "up-openai", "base_url": "http://127.0.0.1:PORT/v1/chat/completions"},
          {"name": "up-responses", "base_url": "http://127.0.0.1:PORT/v1/responses"},
          {"name": "up-embeddings", "base_url": "http://127.0.0.1:PORT/v1/embeddings"},
          {"name": "only-anthropic", "base_url": "http://127.0.0.1:PORT/v1/messages"}
        ],
        "upstreams": [{"name": "up", "connect_timeout_seconds": 2, "response_timeout_seconds": 1,
          "idle_timeout_seconds": 1}],
        "models": [
          {"name": "Sonnet", "id": "claude-sonnet-4-5", "id_aliases": ["claude-sonnet-4-5-20250929"],
           "type": "anthropic", "upstream": "up", "upstream_model_id": "sonnet-upstream",
           "billing_upstream": "openhands", "billing_multiplier": 1.06,
           "input_price_per_mtok": 3, "output_price_per_mtok": 15,
           "cache_write_price_per_mtok": 3.75, "cache_write_1h_price_per_mtok": 6,
           "cache_hit_price_per_mtok": 0.30, "max_input_tokens": 200000,
           "max_output_tokens": 64000},
          {"name": "GPT-5", "id": "gpt-5", "upstream": "up", "upstream_model_id": "gpt-5-upstream",
           "billing_upstream": "ohmygpt", "billing_multiplier": 1.05,
           "input_price_per_mtok": 1.25, "output_price_per_mtok": 10,
           "cache_write_price_per_mtok": 1.25, "cache_write_1h_price_per_mtok": 1.25,
           "cache_hit_price_per_mtok": 0.125, "max_input_tokens": 272000,
           "max_output_tokens": 128000},
          {"name": "Embedding", "id": "text-embedding-3-small", "upstream": "up",
           "billing_upstream": "openhands", "billing_multiplier": 1.05,
           "input_price_per_mtok": 0.02, "output_price_per_mtok": 0,
           "cache_write_price_per_mtok": 0, "cache_hit_price_per_mtok": 0,
           "max_input_tokens": 2000, "max_output_tokens": 1},
          {"name": "Messages only", "id": "messages-only", "type": "anthropic",
           "upstream": "only", "upstream_model_id": "messages-only",
           "billing_upstream": "ohmygpt", "billing_multiplier": 1,
           "input_price_per_mtok": 1, "output_price_per_mtok": 5,
           "cache_write_price_per_mtok": 1.25, "cache_write_1h_price_per_mtok": 2,
           "cache_hit_price_per_mtok": 0.1, "max_input_tokens": 1000, "max_output_tokens": 1000} MORE
        ]
      }
      """;

  private static final String ALL_PRICED =
      """
      , {"name": "All priced", "id": "all-priced", "upstream": "up",
         "billing_upstream": "openhands", "billing_multiplier": 1,
         "input_price_per_mtok": 1, "output_price_per_mtok": 10,
         "cache_write_price_per_mtok": 1, "cache_write_1h_price_per_mtok": 1,
         "cache_hit_price_per_mtok": 0.1, "max_input_tokens": 10000, "max_output_tokens": 10000,
         "request_fees": {"web_search": 0.01, "web_fetch": 0},
         "price_factors": {"flex": 0.5, "priority": 2, "inference_geo_us": 1.1},
         "fast_prices": {"input_price_per_mtok": 6, "output_price_per_mtok": 60,
           "cache_write_price_per_mtok": 6, "cache_write_1h_price_per_mtok": 6,
           "cache_hit_price_per_mtok": 0.6},
         "max_sub_inferences": 2, "on_low_balance": "lower_max_tokens"}
      """;

  final MockWebServer upstream = new MockWebServer();
  final InMemoryCreditLedger ledger = new InMemoryCreditLedger();
  final List<RequestLogEntry> log = new CopyOnWriteArrayList<>();
  final List<OperatorAlert> alerts = new CopyOnWriteArrayList<>();
  private final MeteredProxy proxy;

  ProxyFixture() throws IOException {
    this(0, List.of("operator-key"));
  }

  ProxyFixture(int requestsPerMinute, List<String> upstreamKeys) throws IOException {
    this(requestsPerMinute, upstreamKeys, "");
  }

  /** With a model beside the others that has a price for every option, {@code all-priced}. */
  static ProxyFixture withAllPriced() throws IOException {
    return new ProxyFixture(0, List.of("operator-key"), ALL_PRICED);
  }

  private ProxyFixture(int requestsPerMinute, List<String> upstreamKeys, String moreModels)
      throws IOException {
    upstream.start();
    String json =
        CONFIG
            .replace("MORE", moreModels)
            .replace("REQUESTS", Integer.toString(requestsPerMinute))
            .replace("PORT", Integer.toString(upstream.getPort()));
    GatewayConfig config = ConfigLoader.load("test.json", json, Map.of());
    ledger.setBalance(USER, CreditField.CREDITS_NEW, Usd.of("10"));
    ledger.setBalance(USER, CreditField.CREDITS, Usd.of("10"));
    Map<String, Account> accounts =
        Map.of(
            KEY,
            new Account(USER, true),
            "sk-bob",
            new Account("bob", true),
            "sk-disabled",
            new Account("carol", false));
    proxy =
        new MeteredProxy(
            config,
            Map.of("up", upstreamKeys, "only", upstreamKeys),
            key -> Optional.ofNullable(accounts.get(key.value())),
            ledger,
            log::add,
            alerts::add,
            JdkUpstream::new);
  }

  Answer post(String path, String body, String... headers) throws InterruptedException {
    return send("POST", path, body.getBytes(StandardCharsets.UTF_8), headers);
  }

  /** As {@link #post}, with alice's key. */
  Answer postAsAlice(String path, String body) throws InterruptedException {
    return post(path, body, "x-api-key", KEY, "content-type", "application/json");
  }

  Answer send(String method, String path, byte[] body, String... headers)
      throws InterruptedException {
    Answer answer = new Answer();
    send(method, path, body, answer, headers);
    return answer;
  }

  void send(String method, String path, byte[] body, Answer answer, String... headers)
      throws InterruptedException {
    String[] pathAndQuery = path.split("\\?", 2);
    proxy.serve(
        new ProxyRequest(
            method,
            pathAndQuery[0],
            pathAndQuery.length == 2 ? pathAndQuery[1] : null,
            Headers.of(headers),
            ByteBuffer.wrap(body)),
        answer);
  }

  void enqueueJson(int status, String body) {
    upstream.enqueue(
        new MockResponse.Builder()
            .code(status)
            .setHeader("content-type", "application/json")
            .body(body)
            .build());
  }

  void enqueueEvents(String body) {
    upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "text/event-stream")
            .chunkedBody(body, 7)
            .build());
  }

  Usd held() {
    return ledger.held(USER, CreditField.CREDITS_NEW).plus(ledger.held(USER, CreditField.CREDITS));
  }

  Usd spent(CreditField field) {
    return Usd.of("10").minus(ledger.balance(USER, field));
  }

  @Override
  public void close() {
    proxy.close();
    upstream.close();
  }

  /** What the client got. */
  static class Answer implements BlockingResponse {
    int status;
    Headers headers = Headers.EMPTY;
    long contentLength;
    boolean complete;
    boolean aborted;
    final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    @Override
    public OutputStream begin(int answerStatus, Headers answerHeaders, long answerLength) {
      status = answerStatus;
      headers = answerHeaders;
      contentLength = answerLength;
      return new OutputStream() {
        @Override
        public void write(int single) throws IOException {
          write(new byte[] {(byte) single}, 0, 1);
        }

        @Override
        public void write(byte[] source, int from, int length) throws IOException {
          received(source, from, length);
        }

        @Override
        public void close() {
          complete = true;
        }
      };
    }

    void received(byte[] source, int from, int length) throws IOException {
      bytes.write(source, from, length);
    }

    @Override
    public void abort() {
      aborted = true;
    }

    String body() {
      return bytes.toString(StandardCharsets.UTF_8);
    }
  }
}
