package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventuallyPasses;
import static xyz.trollllm.it.NginxIT.assertNginxError;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import okhttp3.Protocol;
import okhttp3.RequestBody;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;

/** The backend as a process behind a real nginx, beside two instances, while its files change. */
final class NginxBackendIT {
  private static final String SERVICE = "backend";
  private static final List<String> DOMAINS = List.of(Nginx.CHAT, Nginx.CHAT2);
  private static final List<String> PATHS = List.of("/endpoints", "/endpoints.json");

  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1")
          .with(SERVICE, "127.0.0.1");
  private final FakeInstance chat = FakeInstance.start();
  private final FakeInstance chat2 = FakeInstance.start();
  private final Path chatFile = ConfigCopy.readable(RunningGateway.CHAT);
  private final Path chat2File = ConfigCopy.readable(RunningGateway.CHAT2);
  private RunningGateway backend;
  private Nginx nginx;
  private DomainClient client;

  @BeforeEach
  void begin() {
    backend = RunningGateway.backend(RunningGateway.backendFiles(chatFile, chat2File));
    begin(backend.url().getPort());
  }

  private void begin(int backendPort) {
    if (nginx != null) {
      nginx.close();
    }
    nginx =
        Nginx.start(
            names,
            chat.port(),
            chat2.port(),
            text -> text.replace("backend:8006", "backend:" + backendPort));
    client = DomainClient.of(nginx);
  }

  @AfterEach
  void end() throws IOException {
    nginx.close();
    backend.close();
    chat.close();
    chat2.close();
    names.close();
  }

  private DomainClient.Answer get(String domain, String path) {
    try {
      return client.send(client.request(domain, path));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private JsonNode endpoint(int index) {
    return Http.json(get(Nginx.CHAT, "/endpoints.json").body()).path("endpoints").path(index);
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  @DisplayName("D2, D9: both domains serve page and JSON of both endpoints from their files")
  void served(Protocol protocol) throws Exception {
    DomainClient browser = DomainClient.of(nginx, protocol);
    for (String domain : DOMAINS) {
      DomainClient.Answer page =
          browser.send(browser.request(domain, "/endpoints").header("accept", "text/html,*/*"));
      DomainClient.Answer json = browser.send(browser.request(domain, "/endpoints.json"));
      DomainClient.Answer asked =
          browser.send(browser.request(domain, "/endpoints").header("accept", "application/json"));

      assertThat(page.status()).isEqualTo(200);
      assertThat(page.protocol()).isEqualTo(protocol);
      assertThat(page.headers().get("content-type")).isEqualTo("text/html; charset=utf-8");
      assertThat(page.headers().get("content-security-policy")).startsWith("default-src 'none'");
      assertThat(page.headers().get("strict-transport-security")).isNotNull();
      assertThat(page.body())
          .contains("https://chat.trollllm.xyz/v1", "https://chat2.trollllm.xyz/v1")
          .contains("creditsNew", "Gemini 3 Pro Preview");
      assertThat(asked.body()).isEqualTo(json.body());
      JsonNode endpoints = Http.json(json.body()).path("endpoints");
      assertThat(endpoints.at("/0/domain").stringValue()).isEqualTo(Nginx.CHAT);
      assertThat(endpoints.at("/0/credit_fields/0").stringValue()).isEqualTo("creditsNew");
      assertThat(endpoints.at("/1/domain").stringValue()).isEqualTo(Nginx.CHAT2);
      assertThat(endpoints.at("/1/credit_fields/0").stringValue()).isEqualTo("credits");
    }
    assertThat(chat.received()).isEmpty();
    assertThat(chat2.received()).isEmpty();
  }

  @Test
  @DisplayName("D2: without the backend only its own paths fail, and it is found when it is back")
  void stopped() throws Exception {
    int port = backend.url().getPort();
    backend.close();

    for (String domain : DOMAINS) {
      for (String path : PATHS) {
        assertUnreachable(get(domain, path));
      }
      assertThat(client.post(domain, "sk-1", "{}").status()).isEqualTo(200);
      assertThat(get(domain, "/pricing").status()).isEqualTo(200);
    }

    Map<String, String> environment =
        new HashMap<>(RunningGateway.backendFiles(chatFile, chat2File));
    environment.put("PORT", Integer.toString(port));
    backend = RunningGateway.backend(environment);

    assertThat(get(Nginx.CHAT, "/endpoints").status()).isEqualTo(200);
  }

  @Test
  @DisplayName("D2: nginx starts without a backend and finds it when it comes")
  void neverThere() throws Exception {
    names.without(SERVICE);
    begin(backend.url().getPort());

    assertUnreachable(get(Nginx.CHAT2, "/endpoints"));
    assertThat(client.post(Nginx.CHAT2, "sk-1", "{}").status()).isEqualTo(200);

    names.with(SERVICE, "127.0.0.1");

    eventuallyPasses(() -> assertThat(get(Nginx.CHAT2, "/endpoints").status()).isEqualTo(200));
  }

  private static void assertUnreachable(DomainClient.Answer answer) {
    assertThat(answer.status()).isEqualTo(502);
    assertThat(answer.headers().get("content-type")).isEqualTo("application/json");
    assertThat(Http.json(answer.body()).at("/error/code").stringValue())
        .isEqualTo("instance_unreachable");
  }

  @Test
  @DisplayName("D2: a file that another takes the place of is shown without a restart")
  void replaced() throws Exception {
    assertThat(endpoint(1).at("/models/0/multiplier").stringValue()).isEqualTo("1.06");
    Path profile = ConfigCopy.readable("config-ohmygpt-upstream-prod.json");

    Files.move(profile, chat2File, StandardCopyOption.ATOMIC_MOVE);

    eventuallyPasses(() -> {
      assertThat(endpoint(1).at("/models/0/multiplier").stringValue()).isEqualTo("1.04");
      assertThat(endpoint(1).at("/upstreams/0").stringValue()).isEqualTo("ohmygpt");
    });
    assertThat(get(Nginx.CHAT, "/endpoints").body()).contains("cheaper by 0.6");
    assertThat(endpoint(0).at("/models/0/multiplier").stringValue()).isEqualTo("1.06");
  }

  @Test
  @DisplayName("D2: while one file is bad its last good prices are marked, and the other goes on")
  void spoilt() throws Exception {
    Files.writeString(chatFile, "{\"port\": 8004, \"models\": [");
    eventuallyPasses(() -> assertThat(endpoint(0).path("problem").isObject()).isTrue());
    Files.writeString(chat2File, Files.readString(chat2File).replace("1.06", "1.07"));
    eventuallyPasses(
        () -> assertThat(endpoint(1).at("/models/0/multiplier").stringValue()).isEqualTo("1.07"));

    assertThat(endpoint(0).at("/models/0/multiplier").stringValue()).isEqualTo("1.06");
    assertThat(endpoint(1).path("problem").isNull()).isTrue();
    assertThat(get(Nginx.CHAT2, "/endpoints").body())
        .contains("those that were read last")
        .doesNotContain(chatFile.toString());
    assertThat(String.join("\n", backend.diagnostics())).contains("problem: " + chatFile);
    String ready = Http.get(backend.opsUrl().resolve("/ready")).body();
    assertThat(ready).contains("\"ready\":true", "goproxy-openhands", chatFile.toString());
    assertThat(get(Nginx.CHAT, "/ready").status()).isEqualTo(404);
  }

  @Test
  @DisplayName("D2: the backend gets nobody's key, no query and no body, and no other path")
  void nothingMoreThanNeeded() throws Exception {
    try (FakeInstance standsIn = FakeInstance.start()) {
      begin(standsIn.port());

      for (String path : PATHS) {
        client.send(
            client
                .request(Nginx.CHAT, path + "?key=sk-1")
                .header("x-api-key", "sk-1")
                .header("authorization", "Bearer sk-1")
                .header("cookie", "a=b"));
      }
      assertThat(raw("GET", "/endpoints", "content-length: 2\r\n\r\n{}"))
          .startsWith("HTTP/1.1 200");
      for (String path : List.of("/", "/endpoints/", "/endpoints.jsonx", "/v1/endpoints")) {
        get(Nginx.CHAT, path);
      }

      assertThat(standsIn.received())
          .extracting(request -> request.head().getFirst())
          .containsExactly(
              "GET /endpoints HTTP/1.1", "GET /endpoints.json HTTP/1.1", "GET /endpoints HTTP/1.1");
      for (FakeInstance.Request request : standsIn.received()) {
        assertThat(request.bodyBytes()).isZero();
        assertThat(String.join("\n", request.head())).doesNotContain("sk-1", "a=b");
        assertThat(request.all("host")).containsExactly(Nginx.CHAT);
        assertThat(request.all("x-forwarded-for")).containsExactly("127.0.0.1");
      }
      assertThat(chat.received()).hasSize(4);
    }
  }

  @Test
  @DisplayName("D2: only GET and HEAD reach the backend; other methods are told which are served")
  void wrongMethod() throws Exception {
    try (FakeInstance standsIn = FakeInstance.start()) {
      begin(standsIn.port());
      for (String path : List.of("/endpoints", "/endpoints.json", "/endpoints?key=sk-1")) {
        DomainClient.Answer answer =
            client.send(client.request(Nginx.CHAT, path).post(RequestBody.create(new byte[10])));

        assertNginxError(answer, 405, "invalid_request_error", "method_not_allowed");
        assertThat(answer.headers().values("allow")).containsExactly("GET, HEAD");
      }
      DomainClient.Answer head = client.send(client.request(Nginx.CHAT, "/endpoints").head());

      assertThat(head.status()).isEqualTo(200);
      assertThat(standsIn.received())
          .extracting(request -> request.head().getFirst())
          .containsExactly("HEAD /endpoints HTTP/1.1");
    }
  }

  @Test
  @DisplayName("D2: a body of more than 1 KB is refused, announced or not, and not kept")
  void largeBody() throws Exception {
    try (FakeInstance standsIn = FakeInstance.start()) {
      begin(standsIn.port());
      String chunk = "401\r\n" + "x".repeat(1025) + "\r\n";
      for (String rest :
          List.of("content-length: 1025\r\n\r\n", "transfer-encoding: chunked\r\n\r\n" + chunk)) {
        assertThat(raw("GET", "/endpoints", rest))
            .startsWith("HTTP/1.1 413 ")
            .contains("\"code\":\"request_too_large\"", "must not exceed 1024 bytes");
      }
      assertThat(standsIn.received()).isEmpty();
    }
  }

  /** What is answered to a head that goes on with {@code rest}. */
  private String raw(String method, String path, String rest) throws Exception {
    try (RawClient raw = nginx.rawClient(Nginx.CHAT)) {
      String head = method + " " + path + " HTTP/1.1\r\nhost: " + Nginx.CHAT + "\r\n";
      return raw.send(head + "connection: close\r\n" + rest).readToEnd();
    }
  }
}
