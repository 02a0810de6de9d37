package xyz.trollllm.server.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoTest {
  private static final Map<String, String> FREE_PORTS = Map.of("PORT", "0", "OPS_PORT", "0");
  private static final Pattern CALL =
      Pattern.compile(
          "it costs ([0-9.]+) USD, taken from (\\w+)\\s+curl -N (\\S+) \\\\\\s+-H '([^:]+): ([^']+)'"
              + "[^{]*-d '([^']+)'");

  @TempDir Path data;

  @Test
  void pastedCallsWorkAndCostWhatIsPrinted() throws Exception {
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    String welcome;
    try (Demo demo = Demo.start(data, FREE_PORTS, output)) {
      welcome = demo.welcome();
      Matcher call = CALL.matcher(welcome);
      while (call.find()) {
        HttpResponse<String> answer =
            post(call.group(3), call.group(4), call.group(5), call.group(6));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("data: ");
      }
    }

    List<String> charges =
        CALL.matcher(welcome)
            .results()
            .map(call -> call.group(1) + " USD from " + call.group(2))
            .toList();
    assertThat(charges).hasSize(2);
    assertThat(output.toString(UTF_8).lines())
        .hasSize(2)
        .allMatch(line -> charges.stream().anyMatch(line::endsWith));
  }

  @Test
  void keyAndBalancesOutliveTheProcess() throws Exception {
    String first;
    try (Demo demo = Demo.start(data, FREE_PORTS, new ByteArrayOutputStream())) {
      first = demo.account().key();
    }

    try (Demo again = Demo.start(data, FREE_PORTS, new ByteArrayOutputStream())) {
      assertThat(again.account().key()).isEqualTo(first);
      Matcher call = CALL.matcher(again.welcome());
      assertThat(call.find()).isTrue();
      assertThat(post(call.group(3), call.group(4), first, call.group(6)).statusCode())
          .isEqualTo(200);
    }
  }

  @Test
  void takenPortIsReplacedAndSaidSo() throws IOException {
    try (ServerSocket other = new ServerSocket(0)) {
      Map<String, String> taken =
          Map.of("PORT", String.valueOf(other.getLocalPort()), "OPS_PORT", "0");

      try (Demo demo = Demo.start(data, taken, new ByteArrayOutputStream())) {
        assertThat(demo.welcome())
            .contains("(port " + other.getLocalPort() + " is taken)")
            .doesNotContain("http://127.0.0.1:" + other.getLocalPort() + "\n");
      }
    }
  }

  private static HttpResponse<String> post(String url, String header, String value, String body)
      throws IOException, InterruptedException {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client.send(
          HttpRequest.newBuilder(URI.create(url))
              .header(header, value)
              .header("content-type", "application/json")
              .POST(HttpRequest.BodyPublishers.ofString(body))
              .build(),
          HttpResponse.BodyHandlers.ofString());
    }
  }
}
