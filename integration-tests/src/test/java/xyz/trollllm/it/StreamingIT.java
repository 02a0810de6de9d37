package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;

/** Answers pass through as they are and when they come. */
final class StreamingIT {
  private static final int STREAMS = 200;

  @RegisterExtension static final Stage STAGE = new Stage();

  private Store.User user;

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  @MessagesAndChat
  @DisplayName("R2, R3: an event reaches the client before the upstream has the next one")
  void eventsAreNotHeldBack(Api api) throws Exception {
    Gate second = new Gate();
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(2, second)));
    String first = api == Api.ANTHROPIC_MESSAGES ? "message_start" : "\"role\":\"assistant\"";
    try (RawClient client = new RawClient(STAGE.chat())) {
      client.send(RawClient.post(api, user.key(), Ask.stream(Ask.SONNET)));

      String early = client.readUntil(first);
      second.open();
      String late = client.readUntil("\r\n0\r\n\r\n");

      String end = api == Api.ANTHROPIC_MESSAGES ? "message_stop" : "[DONE]";
      assertThat(early).doesNotContain(end);
      assertThat(late).contains(end);
    }
  }

  /** Requests whose answers must be the upstream's to the last byte. */
  static Stream<Arguments> requests() {
    String ask = Ask.words(Ask.SONNET, 300);
    String longAsk = Ask.words(Ask.SONNET, 30_000).replace("400", "40000");
    String tool =
        ask.replaceFirst(
            "\\{",
            "{\"thinking\":{\"type\":\"enabled\",\"budget_tokens\":1024},"
                + "\"tools\":[{\"name\":\"look_up\",\"input_schema\":{\"type\":\"object\"}}],");
    return Stream.of(
        Arguments.of(Api.ANTHROPIC_MESSAGES, ask),
        Arguments.of(Api.ANTHROPIC_MESSAGES, Ask.streamed(ask)),
        Arguments.of(Api.ANTHROPIC_MESSAGES, Ask.streamed(tool)),
        Arguments.of(Api.ANTHROPIC_MESSAGES, Ask.streamed(longAsk)),
        Arguments.of(Api.OPENAI_CHAT, ask),
        Arguments.of(Api.OPENAI_CHAT, Ask.streamed(ask)),
        Arguments.of(Api.OPENAI_CHAT, Ask.withUsage(Ask.streamed(ask))),
        Arguments.of(Api.OPENAI_CHAT, longAsk));
  }

  @ParameterizedTest(name = "{0}, request {index}")
  @MethodSource("requests")
  @DisplayName("R2, R3: an answer is byte for byte the upstream's")
  void bytesAreTheUpstreams(Api api, String request) throws Exception {
    HttpResponse<String> direct = Http.direct(STAGE.upstream(), api, request);

    HttpResponse<String> relayed = Http.post(STAGE.chat2(), api, user.key(), request);

    assertThat(relayed.body().equals(direct.body())).as("same bytes").isTrue();
    assertThat(relayed.headers().firstValue("content-type"))
        .isEqualTo(direct.headers().firstValue("content-type"));
  }

  /** One stream in framings that readers of events must all understand. */
  static Stream<String> framings() {
    String plain =
        """
        event: message_start
        data: {"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}

        : a comment

        event: unheard_of
        data: {"type":"unheard_of"}

        event: content_block_delta
        data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"\u00e9\u4e16"}}

        event: message_delta
        data: {"type":"message_delta","usage":{"output_tokens":15}}       \s

        event: message_stop
        data: {"type":"message_stop"}

        """;
    return Stream.of(
        plain,
        plain.replace("\n", "\r\n"),
        plain.replace("\n", "\r"),
        plain.replace(": {", ":{"),
        "\ufeff" + plain,
        plain.stripTrailing());
  }

  @ParameterizedTest(name = "framing {index}")
  @MethodSource("framings")
  @DisplayName("B3: odd framing changes neither bytes, but for a byte order mark, nor charge")
  void framingMakesNoDifference(String stream) throws Exception {
    STAGE.upstreamDoes(
        new Behaviour.Sends(
            200,
            Map.of("content-type", "text/event-stream"),
            stream.getBytes(UTF_8),
            Delivery.IMMEDIATE));

    HttpResponse<String> answer = Http.post(STAGE.chat(), user.key(), Ask.stream(Ask.SONNET));

    assertThat(answer.body()).isEqualTo(stream.replace("\ufeff", ""));
    assertThat(Trace.of(STAGE.chat(), STAGE.store(), Http.requestId(answer)).cost())
        .isEqualByComparingTo("0.000318");
  }

  @Test
  @DisplayName("R5: hundreds of streams at once on both instances are all completed and charged")
  void manyStreamsAtOnce() {
    Gate gate = new Gate();
    STAGE.upstreamDoes(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate)));
    int before = STAGE.upstream().served().size();
    List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();

    for (int i = 0; i < STREAMS; i++) {
      RunningGateway gateway = i % 2 == 0 ? STAGE.chat() : STAGE.chat2();
      Api api = i % 4 < 2 ? Api.ANTHROPIC_MESSAGES : Api.OPENAI_CHAT;
      answers.add(
          Http.sendAsync(
              Http.request(gateway, api, user.key(), Ask.stream(Ask.SONNET)),
              BodyHandlers.ofString()));
    }
    eventually(
        () -> STAGE.upstream().served().size() == before + STREAMS,
        () -> "at the upstream: " + (STAGE.upstream().served().size() - before));
    gate.open();

    for (CompletableFuture<HttpResponse<String>> answer : answers) {
      assertThat(answer.join().body()).containsAnyOf("message_stop", "data: [DONE]");
    }
    eventually(() -> charged() == STREAMS, () -> "charged: " + charged());
  }

  private long charged() {
    return Stream.of(STAGE.chat(), STAGE.chat2())
        .flatMap(gateway -> gateway.requestLog().stream())
        .filter(line -> line.path("user").asString("").equals(user.name()))
        .filter(line -> line.path("basis").asString("").equals("upstream"))
        .count();
  }
}
