package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.MeteredProxy;
import xyz.trollllm.proxy.RequestLogEntry;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.upstream.JdkUpstream;
import xyz.trollllm.server.standin.StandInUpstream;

final class EmbeddingIT {
  private static final Path SOURCE =
      Path.of("src", "test", "java", "xyz", "trollllm", "it", "EmbeddedExample.java");
  private static final String BODY =
      "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":20,\"stream\":true,"
          + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";

  @Test
  @DisplayName("L1 the proxy runs inside another server by fewer than 30 lines")
  void proxyRunsInsideAnotherServer() throws Exception {
    InMemoryCreditLedger ledger = new InMemoryCreditLedger();
    ledger.setBalance("alice", CreditField.CREDITS_NEW, Usd.of("1"));
    List<RequestLogEntry> log = new CopyOnWriteArrayList<>();
    try (StandInUpstream upstream = StandInUpstream.start();
        MeteredProxy proxy =
            new MeteredProxy(
                config(upstream),
                Map.of("openhands", List.of(StandInUpstream.KEY)),
                _ -> Optional.of(new Account("alice", true)),
                ledger,
                log::add,
                _ -> {},
                JdkUpstream::new)) {
      HttpServer server =
          EmbeddedExample.serve(proxy, new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      try {
        HttpResponse<String> answer = post(server.getAddress().getPort());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).startsWith("event: message_start\n").contains("message_stop");
        eventually(() -> log.size() == 1, () -> "not settled");
        Usd charge = ledger.records().getFirst().charge();
        assertThat(charge).isGreaterThan(Usd.ZERO);
        assertThat(ledger.balance("alice", CreditField.CREDITS_NEW))
            .isEqualTo(Usd.of("1").minus(charge));
      } finally {
        server.stop(0);
      }
    }
  }

  @Test
  void exampleIsShort() throws IOException {
    List<String> lines = Files.readAllLines(SOURCE, UTF_8);

    long embedding =
        lines.stream()
            .dropWhile(line -> !line.contains("embedding starts here"))
            .skip(1)
            .takeWhile(line -> !line.contains("embedding ends here"))
            .filter(line -> !line.isBlank())
            .count();

    assertThat(embedding).isBetween(10L, 29L);
  }

  private static GatewayConfig config(StandInUpstream upstream) {
    return ConfigLoader.load(
        Path.of(System.getProperty("gateway.deploy"), "goproxy", "config-openhands-prod.json"),
        Map.of(
            "ENDPOINT_OPENHANDS_ANTHROPIC_URL", upstream.url() + "/v1/messages",
            "ENDPOINT_OPENHANDS_OPENAI_URL", upstream.url() + "/v1/chat/completions"));
  }

  private static HttpResponse<String> post(int port) throws Exception {
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/messages"))
              .header("x-api-key", "any")
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(BODY))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
