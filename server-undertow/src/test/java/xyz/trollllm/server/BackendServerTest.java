package xyz.trollllm.server;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.server.backend.EndpointFile;

final class BackendServerTest {
  private static final Path SHIPPED = Path.of("..", "deploy", "goproxy");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  private final HttpClient http = HttpClient.newHttpClient();
  private Path chat;
  private Path chat2;
  private BackendServer server;

  @BeforeEach
  void start() throws IOException {
    chat = copy("config-openhands-prod.json");
    chat2 = copy("config-ohmygpt-prod.json");
    server = BackendServer.start(EndpointFile.of(chat, chat2), 0, 0);
  }

  @AfterEach
  void stop() {
    server.close();
    http.close();
  }

  private Path copy(String name) throws IOException {
    return Files.copy(SHIPPED.resolve(name), folder.resolve(name));
  }

  private HttpResponse<String> ask(int port, String method, String path, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(method, HttpRequest.BodyPublishers.noBody());
    if (headers.length > 0) {
      request.headers(headers);
    }
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  private HttpResponse<String> get(String path, String... headers)
      throws IOException, InterruptedException {
    return ask(server.clientPort(), "GET", path, headers);
  }

  private static String header(HttpResponse<?> answer, String name) {
    return answer.headers().firstValue(name).orElse("");
  }

  @Test
  void peopleGetAPageThatNoOtherSiteCanUse() throws Exception {
    HttpResponse<String> page = get("/endpoints", "accept", "text/html,*/*;q=0.8");

    assertThat(page.statusCode()).isEqualTo(200);
    assertThat(header(page, "content-type")).isEqualTo("text/html; charset=utf-8");
    assertThat(header(page, "content-security-policy"))
        .contains("default-src 'none'", "frame-ancestors 'none'");
    assertThat(header(page, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(header(page, "referrer-policy")).isEqualTo("no-referrer");
    assertThat(header(page, "vary")).isEqualTo("accept");
    assertThat(header(page, "request-id")).isNotEmpty();
    assertThat(page.body()).contains("chat.trollllm.xyz", "chat2.trollllm.xyz");
  }

  @Test
  void programsGetJsonAtBothPaths() throws Exception {
    HttpResponse<String> json = get("/endpoints.json", "accept", "text/html");
    HttpResponse<String> asked = get("/endpoints", "accept", "application/json");

    assertThat(header(json, "content-type")).isEqualTo("application/json");
    assertThat(header(json, "x-content-type-options")).isEqualTo("nosniff");
    assertThat(asked.body()).isEqualTo(json.body());
    JsonNode endpoints = JSON.readTree(json.body()).path("endpoints");
    assertThat(endpoints.at("/0/service").stringValue()).isEqualTo("goproxy-openhands");
    assertThat(endpoints.at("/1/credit_fields/0").stringValue()).isEqualTo("credits");
    assertThat(json.body())
        .doesNotContain("all-hands", "API_KEY", "upstream_model_id", "\"gemini-3-pro\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/endpoints", "/endpoints.json"})
  void whatAClientHasIsNotSentAgain(String path) throws Exception {
    HttpResponse<String> first = get(path);

    HttpResponse<String> again = get(path, "if-none-match", header(first, "etag"));

    assertThat(header(first, "cache-control")).isEqualTo("public, max-age=10");
    assertThat(again.statusCode()).isEqualTo(304);
    assertThat(again.body()).isEmpty();
    assertThat(header(again, "etag")).isEqualTo(header(first, "etag"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/endpoints", "/endpoints.json"})
  void headIsAnsweredWithoutABody(String path) throws Exception {
    HttpResponse<String> head = ask(server.clientPort(), "HEAD", path);

    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    assertThat(header(head, "content-length"))
        .isEqualTo(Integer.toString(get(path).body().getBytes(UTF_8).length));
  }

  @ParameterizedTest
  @CsvSource({"/", "/endpoints/", "/endpoints.html", "/pricing", "/health", "/%2e%2e/etc/passwd"})
  void otherPathsAreRefusedInTheProductsShape(String path) throws Exception {
    HttpResponse<String> answer = get(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    JsonNode body = JSON.readTree(answer.body());
    assertThat(body.at("/error/code").stringValue()).isEqualTo("unknown_path");
    assertThat(body.path("request_id").stringValue()).isEqualTo(header(answer, "request-id"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS"})
  void otherMethodsAreRefusedAndSaidWhichThereAre(String method) throws Exception {
    HttpResponse<String> answer = ask(server.clientPort(), method, "/endpoints");

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(header(answer, "allow")).isEqualTo("GET, HEAD");
    assertThat(JSON.readTree(answer.body()).at("/error/code").stringValue())
        .isEqualTo("method_not_allowed");
  }

  @Test
  void changedFileIsNoticedByItself() throws Exception {
    String etag = header(get("/endpoints.json"), "etag");

    Files.writeString(chat2, Files.readString(chat2).replace("1.06", "1.07"));

    await().until(() -> get("/endpoints.json").body().contains("\"multiplier\":\"1.07\""));
    assertThat(get("/endpoints.json", "if-none-match", etag).statusCode()).isEqualTo(200);
  }

  @Test
  void operatorsAreToldWhatIsWrong() throws Exception {
    assertThat(ask(server.opsPort(), "GET", "/health").body())
        .isEqualTo("{\"status\":\"ok\",\"instance\":\"backend\"}");
    assertThat(ask(server.opsPort(), "GET", "/ready").statusCode()).isEqualTo(200);

    Files.writeString(chat, "{");

    await().until(() -> ask(server.opsPort(), "GET", "/ready").body().contains("degraded"));
    assertThat(ask(server.opsPort(), "GET", "/ready").statusCode()).isEqualTo(200);
    assertThat(ask(server.opsPort(), "GET", "/ready").body()).contains(chat + " line 1");
    assertThat(get("/endpoints.json").body()).doesNotContain(folder.toString());
  }

  @Test
  void withoutAnyPricesItServesThatAndIsNotReady() throws Exception {
    Path none = folder.resolve("none.json");
    try (BackendServer empty = BackendServer.start(EndpointFile.of(none, none), 0, 0)) {
      assertThat(ask(empty.opsPort(), "GET", "/ready").statusCode()).isEqualTo(503);
      assertThat(ask(empty.clientPort(), "GET", "/endpoints").body())
          .contains("its prices are not known here");
    }
  }

  @Test
  void takenPortIsSaid() {
    assertThatThrownBy(
            () -> BackendServer.start(EndpointFile.of(chat, chat2), server.clientPort(), 0))
        .isInstanceOf(GatewayServer.PortTakenException.class)
        .hasMessageContaining("port " + server.clientPort() + " (clients)");
  }
}
