package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.proxy.ProxyFixture.KEY;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.Objects;
import mockwebserver3.MockResponse;
import mockwebserver3.RecordedRequest;
import mockwebserver3.SocketEffect;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** The Responses and the Embeddings API on their way through the whole proxy. */
final class OpenAiApisTest {
  private static final String RESPONSE_STREAM =
      "{\"model\":\"gpt-5\",\"stream\":true,\"max_output_tokens\":100,\"input\":\"Hello\"}";
  private static final String EMBEDDING =
      "{\"model\":\"text-embedding-3-small\",\"input\":\"Hello\",\"encoding_format\":\"float\"}";
  private static final String EMBEDDED =
      "{\"object\":\"list\",\"data\":[{\"object\":\"embedding\",\"index\":0,\"embedding\":[0.1,-2e-3]}],"
          + "\"model\":\"text-embedding-3-small\",\"usage\":{\"prompt_tokens\":8,\"total_tokens\":8}}";
  private static final String START =
      """
      event: response.created
      data: {"type":"response.created","sequence_number":0,"response":{"model":"gpt-5-upstream","usage":null}}

      event: response.output_text.delta
      data: {"type":"response.output_text.delta","sequence_number":1,"delta":"0123456789"}

      """;
  private static final String END =
      """
      event: response.completed
      data: {"type":"response.completed","sequence_number":2,"response":{"model":"gpt-5-upstream","status":"completed","usage":{"input_tokens":36,"output_tokens":87,"total_tokens":123}}}

      """;

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void nothingStaysHeld() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"completed", "incomplete"})
  void responseIsRelayedAndChargedExactly(String end) throws Exception {
    String stream = START + END.replace("completed", end);
    fixture.enqueueEvents(stream);

    Answer answer = fixture.postAsAlice("/v1/responses", RESPONSE_STREAM);

    assertThat(answer.body()).isEqualTo(stream);
    assertThat(fixture.spent(CreditField.CREDITS)).isEqualTo(Usd.of("0.000960750"));
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.ZERO);
    assertThat(settlement().outcome()).isEqualTo(Outcome.OK);
    assertThat(settlement().record().basis()).isEqualTo(Basis.UPSTREAM);
    assertThat(settlement().record().flags()).isEmpty();
  }

  @Test
  void onlyTheModelOfARequestIsChanged() throws Exception {
    fixture.enqueueEvents(START + END);

    fixture.postAsAlice("/v1/responses", RESPONSE_STREAM);

    RecordedRequest request = fixture.upstream.takeRequest();
    assertThat(request.getTarget()).isEqualTo("/v1/responses");
    assertThat(Objects.requireNonNull(request.getBody()).utf8())
        .isEqualTo(RESPONSE_STREAM.replace("gpt-5", "gpt-5-upstream"));
  }

  @Test
  void embeddingsAreChargedByTheirInput() throws Exception {
    fixture.enqueueJson(200, EMBEDDED);

    Answer answer = fixture.postAsAlice("/v1/embeddings", EMBEDDING);

    assertThat(answer.body()).isEqualTo(EMBEDDED);
    assertThat(settlement().record().usage().counts().total()).isEqualTo(8);
    assertThat(fixture.spent(CreditField.CREDITS_NEW)).isEqualTo(Usd.of("0.000000168"));
    assertThat(Objects.requireNonNull(fixture.upstream.takeRequest().getBody()).utf8())
        .isEqualTo(EMBEDDING);
  }

  @Test
  void embeddingsHoldNothingForOutput() throws Exception {
    String body = EMBEDDING.replace("text-embedding-3-small", "claude-sonnet-4-5");
    fixture.enqueueJson(200, EMBEDDED);

    fixture.postAsAlice("/v1/embeddings", body);

    // its bytes and 1,024 tokens around them, at 6 for the dearest kind of input, times 1.06
    BigDecimal tokens = BigDecimal.valueOf(body.getBytes(UTF_8).length + 1024L);
    assertThat(settlement().hold().amount())
        .isEqualTo(new Usd(tokens.multiply(new BigDecimal("0.00000636"))));
  }

  @Test
  void everyInputOfABatchMayBeAsLongAsTheModelAllows() throws Exception {
    String text = "\"" + "a ".repeat(1500) + "\"";
    String batch = EMBEDDING.replace("\"Hello\"", "[" + text + "," + text + "," + text + "]");
    fixture.enqueueJson(200, EMBEDDED);

    fixture.postAsAlice("/v1/embeddings", batch);

    // three times 2,000 tokens at 0.02, times 1.05
    assertThat(settlement().hold().amount()).isEqualTo(Usd.of("0.000126"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"/responses", "/v1/v1/responses"})
  void slipsOfTheBaseUrlReachResponses(String path) throws Exception {
    fixture.enqueueEvents(START + END);

    assertThat(fixture.postAsAlice(path, RESPONSE_STREAM).body()).isEqualTo(START + END);
  }

  @ParameterizedTest
  @ValueSource(strings = {"/embeddings", "/v1/v1/embeddings"})
  void slipsOfTheBaseUrlReachEmbeddings(String path) throws Exception {
    fixture.enqueueJson(200, EMBEDDED);

    assertThat(fixture.postAsAlice(path, EMBEDDING).body()).isEqualTo(EMBEDDED);
  }

  @Test
  void streamMeansNothingToEmbeddings() throws Exception {
    fixture.enqueueJson(200, EMBEDDED);

    Answer answer =
        fixture.postAsAlice("/v1/embeddings", EMBEDDING.replace("{", "{\"stream\":true,"));

    assertThat(answer.body()).isEqualTo(EMBEDDED);
    assertThat(settlement().record().streamed()).isFalse();
  }

  @Test
  void brokenResponseEndsWithAnErrorEventOfItsApi() throws Exception {
    fixture.upstream.enqueue(
        new MockResponse.Builder()
            .setHeader("content-type", "text/event-stream")
            .body(START)
            .setHeader("content-length", "10000")
            .onResponseEnd(new SocketEffect.CloseSocket())
            .build());

    Answer answer = fixture.postAsAlice("/v1/responses", RESPONSE_STREAM);

    assertThat(answer.body())
        .startsWith(
            START
                + "event: error\ndata: {\"type\":\"error\",\"sequence_number\":2,"
                + "\"code\":\"upstream_broken\",\"message\":\"the upstream broke off its answer\","
                + "\"param\":null,\"error\":{\"type\":\"server_error\",")
        .endsWith("}\n\n");
    assertThat(settlement().outcome()).isEqualTo(Outcome.ERROR);
    assertThat(settlement().record().basis()).isEqualTo(Basis.ESTIMATED);
    assertThat(settlement().record().usage().counts().output()).isEqualTo(3);
  }

  @Test
  void failedResponseIsNoSuccessAndCostsWhatItReports() throws Exception {
    String stream = START + END.replace("completed", "failed");
    fixture.enqueueEvents(stream);

    Answer answer = fixture.postAsAlice("/v1/responses", RESPONSE_STREAM);

    assertThat(answer.body()).isEqualTo(stream);
    assertThat(settlement().outcome()).isEqualTo(Outcome.ERROR);
    assertThat(settlement().charge()).isEqualTo(Usd.of("0.000960750"));
  }

  @Test
  void upstreamsErrorComesInOpenAisShape() throws Exception {
    fixture.enqueueJson(
        400, "{\"error\":{\"message\":\"bad input\",\"type\":\"invalid_request_error\"}}");

    Answer answer = fixture.postAsAlice("/v1/responses", RESPONSE_STREAM);

    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.body())
        .contains("\"error\":{\"type\":\"invalid_request_error\",\"message\":\"bad input\"");
    assertThat(settlement().charge()).isEqualTo(Usd.ZERO);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/v1/responses | \"input\":\"x\",\"background\":true | $.background: this gateway meters answers",
        "/v1/responses | \"messages\":[] | found `messages` instead",
        "/v1/responses | \"input\":\"x\",\"max_tokens\":5 | $.max_tokens: belongs to Chat",
        "/v1/responses | \"input\":\"x\",\"tools\":[{\"type\":\"code_interpreter\"}] | no price for the tool",
        "/v1/chat/completions | \"input\":\"x\" | found `input` instead"
      })
  void whatCannotBeMeteredIsRefused(String path, String members, String message) throws Exception {
    Answer answer = fixture.postAsAlice(path, "{\"model\":\"gpt-5\"," + members + "}");

    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.body()).contains("\"type\":\"invalid_request_error\"", message);
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }

  @Test
  void storedResponsesAreNotServed() throws Exception {
    Answer answer =
        fixture.send("GET", "/v1/responses/resp_1", new byte[0], "authorization", "Bearer " + KEY);

    assertThat(answer.status).isEqualTo(404);
    assertThat(fixture.upstream.getRequestCount()).isZero();
  }

  private Settlement settlement() {
    assertThat(fixture.ledger.records()).hasSize(1);
    return fixture.ledger.records().getFirst();
  }
}
