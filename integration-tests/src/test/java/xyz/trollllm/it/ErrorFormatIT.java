package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.bson.Document;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.Api;

/** Whatever is wrong with a request: one clear error as the caller's SDK reads it, and no more. */
final class ErrorFormatIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  private static Store.User user;
  private static BadRequest.Keys keys;

  @BeforeAll
  static void handOutKeys() {
    Store store = STAGE.store();
    user = store.newUser(10, 10);
    keys =
        new BadRequest.Keys(
            user.key(),
            store.newUser(10, 10).key(),
            store.newKey(user, new Document("isActive", false)),
            store.newKey(user, new Document("expiresAt", Date.from(Instant.EPOCH))),
            store.newUser(account().append("isActive", false)).key(),
            store.newUser(10, 0).key(),
            store.newUser(account().append("expiresAtNew", Date.from(Instant.EPOCH))).key());
  }

  private static Document account() {
    return new Document("_id", "user-" + UUID.randomUUID())
        .append("credits", 10.0)
        .append("creditsNew", 10.0);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: what is wrong is said in the words of the Messages API, and costs nothing")
  void anthropicClientReadsWhatIsWrong(BadRequest bad) throws Exception {
    assertRefused(bad, Api.ANTHROPIC_MESSAGES);
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: what is wrong is said in the words of Chat Completions, and costs nothing")
  void openAiClientReadsWhatIsWrong(BadRequest bad) throws Exception {
    assertRefused(bad, Api.OPENAI_CHAT);
  }

  private static void assertRefused(BadRequest bad, Api api) throws Exception {
    Before before = new Before();

    HttpResponse<String> answer = Http.send(bad.to(STAGE.chat(), api, keys));

    Errors.assertTold(answer, bad.status, bad.type, bad.code);
    before.assertNothingHappened(Http.requestId(answer), bad.status, bad.code);
  }

  @Test
  @DisplayName("R2: the Messages API needs max_tokens")
  void missingMaxTokens() throws Exception {
    String body = Ask.answer(Ask.HAIKU).replace("\"max_tokens\":400,", "");

    HttpResponse<String> answer = Http.post(STAGE.chat(), user.key(), body);

    Errors.assertTold(answer, 400, "invalid_request_error", "invalid_request");
    assertThat(Http.json(answer).at("/error/message").stringValue()).contains("max_tokens");
  }

  @ParameterizedTest
  @CsvSource({"/", "/v1", "/v1/complete", "/v1/messages/batches", "/v1/assistants", "/admin"})
  @DisplayName("R2: paths that are not served are refused")
  void unknownPath(String path) throws Exception {
    Before before = new Before();
    URI url = STAGE.chat().url().resolve(path);

    HttpResponse<String> answer =
        Http.send(
            Http.request(STAGE.chat(), Api.ANTHROPIC_MESSAGES, user.key(), Ask.answer(Ask.HAIKU))
                .uri(url));

    Errors.assertTold(answer, 404, "not_found_error", "unknown_path");
    before.assertNothingHappened(Http.requestId(answer), 404, "unknown_path");
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: a body that is announced as too large is refused unread")
  void announcedBodyTooLarge(Api api) throws Exception {
    try (RawClient client = new RawClient(STAGE.chat())) {
      client.send(RawClient.head(api, user.key(), "content-length: 99999999"));

      assertTooLarge(client.readUntil("request_id"));
    }
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R2: a body of unknown length is refused when it gets too large")
  void chunkedBodyTooLarge(Api api) throws Exception {
    String chunk = "100000\r\n" + " ".repeat(0x100000) + "\r\n";
    try (RawClient client = new RawClient(STAGE.chat())) {
      client.send(RawClient.head(api, user.key(), "transfer-encoding: chunked"));
      for (int i = 0; i < 33; i++) {
        client.send(chunk);
      }

      assertTooLarge(client.readUntil("request_id"));
    }
  }

  private static void assertTooLarge(String answer) {
    assertThat(answer).startsWith("HTTP/1.1 413").contains("33554432 bytes");
    String body = answer.substring(answer.indexOf("\r\n\r\n"));
    assertThat(body).contains("\"type\":\"request_too_large\"");
  }

  /** What must be as it was after a request that was refused. */
  private static final class Before {
    private final int served = STAGE.upstream().served().size();
    private final List<Document> documents = documents();

    void assertNothingHappened(String requestId, int status, String code) {
      JsonNode line = Trace.waitForLine(STAGE.chat(), requestId);
      assertThat(line.path("status").intValue()).isEqualTo(status);
      assertThat(line.path("error").stringValue()).isEqualTo(code);
      assertThat(line.has("cost_usd")).isFalse();
      assertThat(STAGE.upstream().served()).hasSize(served);
      assertThat(documents()).isEqualTo(documents);
      assertThat(STAGE.store().record(requestId)).isEmpty();
    }

    /** Without the note that a balance was seen, which is neither a hold nor a charge. */
    private static List<Document> documents() {
      List<Document> all = new ArrayList<>();
      for (Store.User someone : STAGE.store().users()) {
        Document document = STAGE.store().document(someone);
        Document gateway = document.get("gw", new Document());
        gateway.remove("open");
        document.append("gw", gateway);
        all.add(document);
      }
      return all;
    }
  }
}
