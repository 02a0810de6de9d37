package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Protocol;
import okhttp3.Response;
import okio.BufferedSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;

/** A real nginx with the shipped configuration in front of both instances. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class NginxIT {
  private static final int SILENCE_SECONDS = 90;

  @RegisterExtension static final Stage STAGE = new Stage();

  private static NameServer names;
  private static Nginx nginx;
  private static DomainClient http1;
  private static DomainClient http2;
  private static CompletableFuture<String> silentStream;

  private Store.User user;

  @BeforeAll
  static void startNginx() {
    names =
        NameServer.start()
            .with(Nginx.CHAT_SERVICE, "127.0.0.1")
            .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
    nginx = Nginx.start(names, STAGE.chat().url().getPort(), STAGE.chat2().url().getPort());
    http1 = DomainClient.of(nginx);
    http2 = DomainClient.of(nginx, Protocol.HTTP_2);
    silentStream = beginSilentStream();
  }

  @AfterAll
  static void stopNginx() {
    if (nginx != null) {
      nginx.close();
    }
    names.close();
  }

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  /** A stream whose second event comes after so long; the other tests run meanwhile. */
  private static CompletableFuture<String> beginSilentStream() {
    FakeInstance silent =
        FakeInstance.start()
            .doing((_, out) -> {
              String head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\ndata: 1\n\n";
              out.write(head.getBytes(US_ASCII));
              out.flush();
              new CompletableFuture<Void>()
                  .completeOnTimeout(null, SILENCE_SECONDS, TimeUnit.SECONDS)
                  .join();
              out.write("data: 2\n\n".getBytes(US_ASCII));
            });
    Nginx inFront = Nginx.start(names, silent.port(), silent.port());
    CompletableFuture<String> read = new CompletableFuture<>();
    Threads.start(() -> {
      try (inFront;
          silent) {
        read.complete(DomainClient.of(inFront).post(Nginx.CHAT, "sk-any", "{}").body());
      } catch (IOException | RuntimeException e) {
        read.completeExceptionally(e);
      }
    });
    return read;
  }

  @Test
  @Order(Integer.MAX_VALUE)
  @DisplayName("D3: a stream that is silent for 90 s survives")
  void silentStreamSurvives() throws Exception {
    assertThat(silentStream.get(SILENCE_SECONDS + 60L, TimeUnit.SECONDS))
        .isEqualTo("data: 1\n\ndata: 2\n\n");
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  @DisplayName("R2, D3: chat leads to goproxy-openhands and is paid from creditsNew")
  void chat(Protocol protocol) throws Exception {
    assertServed(client(protocol), protocol, Nginx.CHAT, STAGE.chat(), "creditsNew");
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  @DisplayName("R3, D3: chat2 leads to goproxy-ohmygpt and is paid from credits")
  void chat2(Protocol protocol) throws Exception {
    assertServed(client(protocol), protocol, Nginx.CHAT2, STAGE.chat2(), "credits");
  }

  private static DomainClient client(Protocol protocol) {
    return protocol == Protocol.HTTP_2 ? http2 : http1;
  }

  private void assertServed(
      DomainClient client, Protocol protocol, String domain, RunningGateway by, String field)
      throws IOException {
    DomainClient.Answer answer = client.post(domain, user.key(), Ask.answer(Ask.SONNET));

    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.protocol()).isEqualTo(protocol);
    assertThat(answer.headers().get("strict-transport-security")).isEqualTo("max-age=31536000");
    assertThat(answer.headers().get("server")).isEqualTo("nginx");
    String id = String.valueOf(answer.headers().get("request-id"));
    Trace trace = Trace.of(by, STAGE.store(), id);
    assertThat(trace.line().path("credit_field").stringValue()).isEqualTo(field);
    assertThat(nginx.accessLog())
        .anySatisfy(line -> {
          assertThat(line.path("request_id").asString("")).isEqualTo(id);
          assertThat(line.path("host").stringValue()).isEqualTo(domain);
          assertThat(line.path("method").stringValue()).isEqualTo("POST");
          assertThat(line.path("status").intValue()).isEqualTo(200);
          assertThat(line.path("instance").stringValue())
              .isEqualTo("127.0.0.1:" + by.url().getPort());
        });
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP_1_1, ANTHROPIC_MESSAGES", "HTTP_1_1, OPENAI_CHAT",
    "HTTP_2, ANTHROPIC_MESSAGES", "HTTP_2, OPENAI_CHAT"
  })
  @DisplayName("D3: an event reaches the client before the upstream has the next one")
  void eventsAreNotHeldBack(Protocol protocol, Api api) throws Exception {
    Gate second = new Gate();
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(2, second)));
    boolean anthropic = api == Api.ANTHROPIC_MESSAGES;
    DomainClient client = client(protocol);
    try (Response response =
        client.open(client.request(Nginx.CHAT2, api, user.key(), Ask.stream(Ask.SONNET)))) {
      BufferedSource events = response.body().source();

      String first = events.readUtf8LineStrict();
      assertThat(second.isOpen()).isFalse();
      second.open();
      String rest = events.readUtf8();

      assertThat(first).isEqualTo(anthropic ? "event: message_start" : first);
      assertThat(first).startsWith(anthropic ? "event: " : "data: {");
      assertThat(rest).contains(anthropic ? "message_stop" : "[DONE]");
    }
  }

  @Test
  @DisplayName("D3: a client that leaves is noticed by the instance, also on a silent stream")
  void departure() throws Exception {
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(3)));

    try (Response response =
        http1.open(
            http1.request(Nginx.CHAT, Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU)))) {
      response.body().source().readUtf8LineStrict();
    }

    assertThat(Trace.onlyLine(user, STAGE.chat()).path("outcome").stringValue())
        .isEqualTo("cancelled");
  }

  @Test
  @DisplayName("D3: an instance's own error passes as it is")
  void errorsOfInstances() throws Exception {
    HttpResponse<String> direct = Http.post(STAGE.chat(), "sk-unknown", Ask.answer(Ask.SONNET));

    DomainClient.Answer answer = http1.post(Nginx.CHAT, "sk-unknown", Ask.answer(Ask.SONNET));

    String id = String.valueOf(answer.headers().get("request-id"));
    assertThat(answer.status()).isEqualTo(401);
    assertThat(answer.body()).isEqualTo(direct.body().replace(Http.requestId(direct), id));
  }

  @ParameterizedTest
  @ValueSource(strings = {Nginx.CHAT, Nginx.CHAT2})
  @DisplayName("D4: port 80 answers 301 to HTTPS")
  void plainHttpIsRedirected(String domain) throws Exception {
    String answer = plain("GET /v1/models?limit=2 HTTP/1.1", domain);

    assertThat(answer).startsWith("HTTP/1.1 301 ");
    assertThat(answer).contains("\r\nLocation: https://" + domain + "/v1/models?limit=2\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {Nginx.CHAT, Nginx.CHAT2})
  @DisplayName("D4: the challenge for a certificate is answered on port 80, not redirected")
  void challenges(String domain) throws Exception {
    String path = "/.well-known/acme-challenge/";
    Path file = nginx.folder().resolve("webroot" + path + "token");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "token.thumbprint");

    String answer = plain("GET " + path + "token HTTP/1.1", domain);

    assertThat(answer).startsWith("HTTP/1.1 200 ").endsWith("\r\n\r\ntoken.thumbprint");
    assertThat(plain("GET " + path + "other HTTP/1.1", domain)).startsWith("HTTP/1.1 404 ");
  }

  @Test
  @DisplayName("D4: other names are refused on port 80")
  void unknownNamesOverHttp() throws Exception {
    String answer = plain("GET / HTTP/1.1", "other.example.com");

    assertThat(answer).startsWith("HTTP/1.1 421 ").contains("\"code\":\"unknown_host\"");
  }

  private static String plain(String requestLine, String host) throws IOException {
    try (RawClient client = new RawClient(nginx.connect(nginx.httpPort()))) {
      return client
          .send(requestLine + "\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
          .readToEnd();
    }
  }

  @ParameterizedTest
  @CsvSource({"tls1_2, TLSv1.2", "tls1_3, TLSv1.3"})
  @DisplayName("D5: TLS 1.2 and 1.3 are spoken for both domains")
  void tls(String option, String version) {
    for (String domain : List.of(Nginx.CHAT, Nginx.CHAT2)) {
      assertThat(handshake("-servername", domain, "-" + option))
          .contains("New, " + version + ", Cipher is ");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tls1_1", "tls1"})
  @DisplayName("D5: older TLS is refused")
  void oldTls(String option) {
    assertThat(handshake("-servername", Nginx.CHAT, "-" + option, "-cipher", "ALL:@SECLEVEL=0"))
        .contains("alert protocol version");
  }

  @ParameterizedTest
  @CsvSource({
    "ECDHE-ECDSA-AES128-GCM-SHA256, true",
    "ECDHE-ECDSA-AES256-GCM-SHA384, true",
    "ECDHE-ECDSA-CHACHA20-POLY1305, true",
    "ECDHE-ECDSA-AES128-SHA, false",
    "ECDHE-ECDSA-AES256-SHA384, false",
    "ECDHE-ECDSA-AES128-CCM, false"
  })
  @DisplayName("D5: of TLS 1.2 only ECDHE with AEAD is taken")
  void ciphers(String cipher, boolean accepted) {
    String output =
        handshake("-servername", Nginx.CHAT, "-tls1_2", "-cipher", cipher + ":@SECLEVEL=0");

    assertThat(output).contains(accepted ? "Cipher is " + cipher : "alert handshake failure");
  }

  @Test
  @DisplayName("D5: without the name of a domain there is no handshake")
  void unknownNamesOverTls() {
    assertThat(handshake("-servername", "other.example.com")).contains("unrecognized name");
    assertThat(handshake("-noservername")).contains("unrecognized name");
  }

  private static String handshake(String... options) {
    List<String> command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-connect", "127.0.0.1:" + nginx.httpsPort()));
    command.addAll(List.of(options));
    return Programs.finish(Map.of(), command).output();
  }

  @Test
  @DisplayName("D5: a request for another name than that of the handshake is misdirected")
  void misdirected() throws Exception {
    DomainClient.Answer answer =
        http1.send(http1.request(Nginx.CHAT, "/v1/models").header("host", "other.example.com"));

    assertNginxError(answer, 421, "invalid_request_error", "unknown_host");
  }

  @Test
  @DisplayName("D7: what is for operators is not reached from outside")
  void operatorsOnly() throws Exception {
    for (String path : List.of("/metrics", "/ready", "//ready", "/%72eady", "/metrics/x")) {
      assertNginxError(
          http1.send(http1.request(Nginx.CHAT, path)), 404, "not_found_error", "unknown_path");
    }
  }

  static void assertNginxError(DomainClient.Answer answer, int status, String type, String code) {
    assertThat(answer.headers().get("strict-transport-security")).isNotNull();
    Errors.assertTold(
        answer.status(), answer.headers().toMultimap(), answer.body(), status, type, code);
  }

  @Test
  @DisplayName("D3: neither key nor query gets into nginx's logs")
  void noSecretsInLogs() throws Exception {
    String key = "sk-very-secret";
    http1.send(http1.request(Nginx.CHAT, "/v1/one?key=" + key).header("x-api-key", key));
    http1.send(http1.request(Nginx.CHAT, "/metrics?key=" + key).header("x-api-key", key));
    names.without(Nginx.CHAT_SERVICE);
    try {
      Eventually.eventually(() -> status("/v1/two?key=" + key, key) == 502, () -> "still found");
    } finally {
      names.with(Nginx.CHAT_SERVICE, "127.0.0.1");
    }
    Eventually.eventually(() -> status("/v1/three?key=" + key, key) == 404, () -> "not found");

    nginx.awaitLogged("/v1/one");
    nginx.awaitLogged("/v1/two");
    nginx.awaitLogged("/v1/three");
    assertThat(nginx.awaitLogged("/metrics").path("method").stringValue()).isEqualTo("GET");
    assertThat(String.join("\n", nginx.output())).doesNotContain("secret");
  }

  private static int status(String path, String key) {
    try {
      return http1.send(http1.request(Nginx.CHAT, path).header("x-api-key", key)).status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
