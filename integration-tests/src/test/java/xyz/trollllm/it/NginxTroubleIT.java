package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static xyz.trollllm.it.Eventually.eventually;
import static xyz.trollllm.it.NginxIT.assertNginxError;

import com.anthropic.errors.AnthropicServiceException;
import com.openai.errors.OpenAIServiceException;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;
import okhttp3.MediaType;
import okhttp3.Protocol;
import okhttp3.RequestBody;
import okio.BufferedSink;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.config.Api;

/** What nginx hands to an instance, and what it does when there is none. */
final class NginxTroubleIT {
  private static final int MAX_BODY = 32 << 20;
  private static final MediaType JSON = MediaType.get("application/json");

  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
  private final FakeInstance chat = FakeInstance.start();
  private final FakeInstance chat2 = FakeInstance.start();
  private Nginx nginx;
  private DomainClient client;

  @BeforeEach
  void begin() {
    begin(UnaryOperator.identity());
  }

  private void begin(UnaryOperator<String> change) {
    if (nginx != null) {
      nginx.close();
    }
    nginx = Nginx.start(names, chat.port(), chat2.port(), change);
    client = DomainClient.of(nginx);
  }

  @AfterEach
  void end() throws IOException {
    if (nginx != null) {
      nginx.close();
    }
    chat.close();
    chat2.close();
    names.close();
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  @DisplayName("D3: an instance is told who asks and how, whatever the client claims")
  void headers(Protocol protocol) throws Exception {
    DomainClient claiming = DomainClient.of(nginx, protocol);

    claiming.send(
        claiming
            .request(Nginx.CHAT2, Api.ANTHROPIC_MESSAGES, "sk-1", "{}")
            .header("x-forwarded-for", "203.0.113.9")
            .header("x-real-ip", "203.0.113.9")
            .header("x-forwarded-proto", "http")
            .header("forwarded", "for=203.0.113.9")
            .header("x-request-id", "mine")
            .header("te", "trailers"));

    FakeInstance.Request request = chat2.received().getFirst();
    assertThat(request.head().getFirst()).isEqualTo("POST /v1/messages HTTP/1.1");
    assertThat(request.all("host")).containsExactly(Nginx.CHAT2);
    assertThat(request.all("x-real-ip")).containsExactly("127.0.0.1");
    assertThat(request.all("x-forwarded-for")).containsExactly("127.0.0.1");
    assertThat(request.all("x-forwarded-proto")).containsExactly("https");
    assertThat(request.all("x-request-id")).hasSize(1).allMatch(id -> id.matches("[0-9a-f]{32}"));
    assertThat(request.all("connection")).isEmpty();
    assertThat(request.all("forwarded")).isEmpty();
    assertThat(request.all("te")).isEmpty();
    assertThat(request.all("x-api-key")).containsExactly("sk-1");
    assertThat(chat.received()).isEmpty();
  }

  @Test
  @DisplayName("D3: an answer of an instance passes as it is, whatever its status")
  void answersOfInstances() throws Exception {
    for (int status : List.of(400, 404, 413, 429, 500, 502, 503, 504, 529)) {
      String body = "{\"of\":\"the instance\",\"status\":" + status + "}";
      chat.doing((_, out) ->
          FakeInstance.answer(
              out, status, "content-type: x/y\r\nretry-after: 7\r\nrequest-id: its\r\n", body));

      DomainClient.Answer answer = client.post(Nginx.CHAT, "sk-1", "{}");

      assertThat(answer.status()).isEqualTo(status);
      assertThat(answer.body()).isEqualTo(body);
      assertThat(answer.headers().values("content-type")).containsExactly("x/y");
      assertThat(answer.headers().values("retry-after")).containsExactly("7");
      assertThat(answer.headers().values("request-id")).containsExactly("its");
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"HTTP_1_1", "HTTP_2"})
  @DisplayName("D3: a body of 32 MB passes, and one byte more is refused before it is sent")
  void largeBodies(Protocol protocol) throws Exception {
    DomainClient uploading = DomainClient.of(nginx, protocol);

    DomainClient.Answer taken = uploading.send(upload(uploading, new byte[MAX_BODY]));

    assertThat(taken.status()).isEqualTo(200);
    assertThat(chat.received().getFirst().bodyBytes()).isEqualTo(MAX_BODY);
    try (RawClient announcing = nginx.rawClient(Nginx.CHAT)) {
      String head =
          RawClient.head(Api.ANTHROPIC_MESSAGES, "sk-1", "content-length: " + (MAX_BODY + 1));
      String refused =
          announcing
              .send(head.replace("host: gateway", "host: " + Nginx.CHAT))
              .readUntil("request_id\":");
      assertThat(refused).startsWith("HTTP/1.1 413 ").contains("\"code\":\"request_too_large\"");
    }
    assertThat(chat.received()).hasSize(1);
  }

  private static okhttp3.Request.Builder upload(DomainClient client, byte[] body) {
    return client.request(Nginx.CHAT, "/v1/messages").post(RequestBody.create(body, JSON));
  }

  @Test
  @DisplayName("D3: a body passes while it comes, without waiting for its end")
  void bodiesAreNotHeldBack() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    chat.noticing(begun::countDown);
    CompletableFuture<Integer> status = new CompletableFuture<>();
    Threads.start(() -> {
      try {
        status.complete(client.send(slowUpload(begun)).status());
      } catch (IOException e) {
        status.completeExceptionally(e);
      }
    });

    assertThat(status.join()).isEqualTo(200);
    assertThat(chat.received().getFirst().bodyBytes()).isEqualTo(4);
  }

  /** Sends the second half of the body only after the instance has seen the head. */
  private okhttp3.Request.Builder slowUpload(CountDownLatch begun) {
    return client
        .request(Nginx.CHAT, "/v1/messages")
        .post(
            new RequestBody() {
              @Override
              public MediaType contentType() {
                return JSON;
              }

              @Override
              public long contentLength() {
                return 4;
              }

              @Override
              public void writeTo(BufferedSink sink) throws IOException {
                sink.writeUtf8("[1").flush();
                try {
                  begun.await();
                } catch (InterruptedException e) {
                  throw new IOException(e);
                }
                sink.writeUtf8(" ]");
              }
            });
  }

  @Test
  @DisplayName("D3: nginx starts without an instance, serves the other, and finds it when it comes")
  void missingInstance() throws Exception {
    names.without(Nginx.CHAT_SERVICE);
    begin();

    assertNginxError(
        client.post(Nginx.CHAT, "sk-1", "{}"), 502, "api_error", "instance_unreachable");
    assertNginxError(
        client.post(Nginx.CHAT, Api.OPENAI_CHAT, "sk-1", "{}"),
        502,
        "server_error",
        "instance_unreachable");
    assertThat(client.post(Nginx.CHAT2, "sk-1", "{}").status()).isEqualTo(200);

    names.with(Nginx.CHAT_SERVICE, "127.0.0.1");

    eventually(() -> status(Nginx.CHAT) == 200, () -> "not found");
  }

  @Test
  @DisplayName("D3: an instance that comes back at another address is found without a reload")
  void movedInstance() throws Exception {
    assertThat(status(Nginx.CHAT)).isEqualTo(200);

    names.with(Nginx.CHAT_SERVICE, "127.0.0.9");

    eventually(
        () -> {
          assertThat(status(Nginx.CHAT)).isEqualTo(200);
          return nginx.accessLog().stream()
              .anyMatch(
                  line -> line.path("instance").asString("").equals("127.0.0.9:" + chat.port()));
        },
        () -> "still at the old address: " + nginx.output());
  }

  private int status(String domain) {
    try {
      return client.post(domain, "sk-1", "{}").status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @CsvSource({"ANTHROPIC_MESSAGES, api_error", "OPENAI_CHAT, server_error"})
  @DisplayName("D3: a request whose instance hangs up is answered 502 and never sent again")
  void noReplay(Api api, String type) throws Exception {
    names.with(
        Nginx.CHAT_SERVICE,
        new NameServer.DnsRecord(NameServer.RecordType.A, 300, "127.0.0.1"),
        new NameServer.DnsRecord(NameServer.RecordType.A, 300, "127.0.0.2"));
    eventually(() -> status(Nginx.CHAT) == 200, () -> "not found");
    int before = chat.received().size();
    chat.doing((_, _) -> {});

    DomainClient.Answer answer = client.post(Nginx.CHAT, api, "sk-1", "{}");

    assertNginxError(answer, 502, type, "instance_unreachable");
    assertThat(answer.headers().get("retry-after")).isEqualTo("2");
    assertThat(chat.received()).hasSize(before + 1);
  }

  @Test
  @DisplayName("D3: a stream that an instance breaks off breaks off for its client, too")
  void brokenStream() {
    chat.doing((_, out) -> {
      String head =
          "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
              + "9\r\ndata: 1\n\n\r\n";
      out.write(head.getBytes(ISO_8859_1));
    });

    assertThatThrownBy(() -> client.post(Nginx.CHAT, "sk-1", "{}")).isInstanceOf(IOException.class);
  }

  @Test
  @DisplayName("D3: an instance that does not answer in time is told of by 504")
  void timeout() throws Exception {
    begin(text -> text.replace("proxy_read_timeout 660s", "proxy_read_timeout 1s"));
    CountDownLatch end = new CountDownLatch(1);
    chat.doing((_, _) -> await(end));

    DomainClient.Answer answer = client.post(Nginx.CHAT, "sk-1", "{}");
    end.countDown();

    assertNginxError(answer, 504, "timeout_error", "instance_timeout");
  }

  @Test
  @DisplayName("D3: one address does not get all connections")
  void manyConnections() throws Exception {
    begin(text -> text.replace("limit_conn clients 512", "limit_conn clients 1"));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch end = new CountDownLatch(1);
    chat.noticing(begun::countDown)
        .doing((_, out) -> {
          await(end);
          FakeInstance.answer(out, 200, "{}");
        });
    CompletableFuture<Integer> first = new CompletableFuture<>();
    Threads.start(() -> first.complete(status(Nginx.CHAT)));
    begun.await();

    DomainClient.Answer second = client.post(Nginx.CHAT2, "sk-1", "{}");
    end.countDown();

    assertNginxError(second, 429, "rate_limit_error", "too_many_in_flight");
    assertThat(second.headers().get("retry-after")).isEqualTo("1");
    assertThat(first.join()).isEqualTo(200);
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  @DisplayName("D3: what cannot be read is refused in the same shape")
  void unreadable() throws Exception {
    for (String text :
        List.of("GARBAGE\r\n\r\n", "GET / HTTP/1.1\r\nx: " + "y".repeat(70_000) + "\r\n\r\n")) {
      try (RawClient raw = new RawClient(nginx.connect(nginx.httpPort()))) {
        String answer = raw.send(text).readToEnd();
        assertThat(answer).startsWith("HTTP/1.1 400 ");
        String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
        assertThat(Http.json(body).at("/error/code").stringValue()).isEqualTo("invalid_request");
      }
    }
  }

  @Test
  @DisplayName("D3: the makers' SDKs understand nginx's own errors")
  void sdks() {
    URI unknownHost = URI.create("http://127.0.0.1:" + nginx.httpPort());

    assertThatThrownBy(() ->
            Sdk.anthropic(unknownHost, "sk-1").messages().create(Sdk.message(Ask.HAIKU).build()))
        .isInstanceOfSatisfying(
            AnthropicServiceException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(421);
              assertThat(e.getMessage()).contains("this name is not served here");
              assertThat(e.headers().values("request-id")).hasSize(1);
            });
    assertThatThrownBy(() ->
            Sdk.openAi(unknownHost, "sk-1")
                .chat()
                .completions()
                .create(Sdk.chat(Ask.HAIKU).build()))
        .isInstanceOfSatisfying(
            OpenAIServiceException.class,
            e -> {
              assertThat(e.statusCode()).isEqualTo(421);
              assertThat(e.code()).contains("unknown_host");
              assertThat(e.type()).contains("invalid_request_error");
              assertThat(e.headers().values("x-request-id")).hasSize(1);
            });
  }
}
