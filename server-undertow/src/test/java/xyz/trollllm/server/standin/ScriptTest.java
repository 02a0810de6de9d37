package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScriptTest extends StandInTest {
  private static final String STREAM = asking(", \"max_tokens\": 20, \"stream\": true");

  @Test
  void failsAndRecoversInOrder() throws Exception {
    standIn.follow(
        Script.inOrder(
            new Behaviour.Fails(429, Map.of("retry-after", "7")), Behaviour.sendsHtml(502)));

    HttpResponse<String> limited = post(MESSAGES, STREAM);
    HttpResponse<String> page = post(MESSAGES, STREAM);
    HttpResponse<String> answer = post(MESSAGES, STREAM);

    assertThat(limited.statusCode()).isEqualTo(429);
    assertThat(limited.headers().firstValue("retry-after")).hasValue("7");
    assertThat(json(limited).at("/error/type").stringValue()).isEqualTo("rate_limit_error");
    assertThat(page.statusCode()).isEqualTo(502);
    assertThat(page.body()).startsWith("<html>");
    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void withholdsAnEventUntilItsGateOpens() throws Exception {
    Gate gate = new Gate();
    Delivery delivery = Delivery.IMMEDIATE.holdingEvent(2, gate);
    standIn.follow(Script.always(new Behaviour.Answers(delivery)));

    HttpResponse<InputStream> response =
        client.send(request(MESSAGES, STREAM).build(), HttpResponse.BodyHandlers.ofInputStream());
    String first = readEvent(response.body());
    waitUntil(() -> standIn.served().getFirst().bytesSent() > 0);
    Served before = standIn.served().getFirst();
    gate.open();
    String rest = new String(response.body().readAllBytes(), UTF_8);

    assertThat(first).startsWith("event: message_start\n");
    assertThat(before.state()).isEqualTo(Served.State.UNDER_WAY);
    assertThat(before.bytesSent()).isEqualTo(first.length());
    assertThat(rest).startsWith("event: ping\n").contains("event: message_stop\n");
    waitUntil(() -> standIn.served().getFirst().state() == Served.State.COMPLETE);
  }

  private static String readEvent(InputStream stream) throws IOException {
    StringBuilder event = new StringBuilder();
    while (!event.toString().endsWith("\n\n")) {
      event.append((char) stream.read());
    }
    return event.toString();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100, 1000})
  void cutsTheStreamAtAByte(int bytes) throws Exception {
    standIn.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.cutAtByte(bytes))));

    HttpResponse<InputStream> response =
        client.send(request(MESSAGES, STREAM).build(), HttpResponse.BodyHandlers.ofInputStream());

    byte[] received = new byte[bytes + 1];
    assertThatThrownBy(() -> response.body().readNBytes(received, 0, bytes + 1))
        .isInstanceOf(IOException.class);
    waitUntil(() -> standIn.served().getFirst().state() == Served.State.CUT);
    assertThat(standIn.served().getFirst().bytesSent()).isEqualTo(bytes);
  }

  @Test
  void hangsUpWithoutAByte() {
    standIn.follow(Script.always(new Behaviour.HangsUp()));

    assertThatThrownBy(() -> post(MESSAGES, STREAM)).isInstanceOf(IOException.class);
    assertThat(standIn.served()).extracting(Served::state).contains(Served.State.CUT);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void noticesThatTheClientLeftASilentAnswer(int before) throws Exception {
    Behaviour behaviour =
        before == 0
            ? new Behaviour.Hangs()
            : new Behaviour.Answers(Delivery.IMMEDIATE.hangingBeforeEvent(before));
    standIn.follow(Script.always(behaviour));

    CompletableFuture<?> call =
        client.sendAsync(request(MESSAGES, STREAM).build(), HttpResponse.BodyHandlers.ofString());
    waitUntil(() -> standIn.served().size() == 1);
    boolean cancelled = call.cancel(true);

    assertThat(cancelled).isTrue();
    waitUntil(() -> standIn.served().getFirst().state() == Served.State.ABANDONED);
  }

  @Test
  void noticesThatTheClientLeftALongPause() throws Exception {
    Delivery slow = Delivery.IMMEDIATE.paced(Duration.ofMinutes(5));
    standIn.follow(Script.always(new Behaviour.Answers(slow)));

    CompletableFuture<?> call =
        client.sendAsync(request(MESSAGES, STREAM).build(), HttpResponse.BodyHandlers.ofString());
    waitUntil(() -> !standIn.served().isEmpty() && standIn.served().getFirst().bytesSent() > 0);
    call.cancel(true);

    waitUntil(() -> standIn.served().getFirst().state() == Served.State.ABANDONED);
  }

  @Test
  void pausesBetweenEvents() throws Exception {
    standIn.follow(
        Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.paced(Duration.ofMillis(5)))));
    Instant start = Instant.now();

    String stream = post(MESSAGES, STREAM).body();

    int pauses = eventNames(stream).size() - 1;
    assertThat(Duration.between(start, Instant.now()))
        .isGreaterThanOrEqualTo(Duration.ofMillis(5L * pauses));
  }

  @Test
  void sendsRecordedBytesAsTheyAre() throws Exception {
    byte[] recorded =
        utf8("HTTP/1.1 200 Fine\r\ncontent-length: 5\r\nx-recorded: yes\r\n\r\nhello");
    standIn.follow(Script.always(new Behaviour.SendsRaw(recorded)));

    HttpResponse<String> response = post(MESSAGES, STREAM);

    assertThat(response.body()).isEqualTo("hello");
    assertThat(response.headers().map()).containsOnlyKeys("content-length", "x-recorded");
  }

  @Test
  void sendsRecordedStreamsEventByEvent() throws Exception {
    String recorded = "data: 1\n\ndata: 2\n\ndata: 3";
    Map<String, String> headers = Map.of("content-type", "text/event-stream");
    Delivery delivery = Delivery.IMMEDIATE.hangingBeforeEvent(3);
    standIn.follow(Script.always(new Behaviour.Sends(200, headers, utf8(recorded), delivery)));

    HttpResponse<InputStream> response =
        client.send(request(CHAT, STREAM).build(), HttpResponse.BodyHandlers.ofInputStream());

    assertThat(response.body().readNBytes(18)).isEqualTo(utf8("data: 1\n\ndata: 2\n\n"));
    waitUntil(() -> standIn.served().getFirst().bytesSent() == 18);
  }

  @Test
  void requestMayAskForItsMisfortune() throws Exception {
    HttpResponse<String> overloaded =
        send(request(MESSAGES, STREAM).header("x-stand-in", "status=529"));
    HttpResponse<String> unknown = send(request(MESSAGES, STREAM).header("x-stand-in", "explode"));

    assertThat(overloaded.statusCode()).isEqualTo(529);
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThatThrownBy(
            () -> send(request(MESSAGES, STREAM).header("x-stand-in", "pause-ms=1; cut-at-byte=9")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void remembersWhatItServed() throws Exception {
    post(MESSAGES, STREAM);
    HttpResponse<String> last = post(CHAT, asking(""));
    waitUntil(() -> standIn.served().getLast().state() == Served.State.COMPLETE);

    List<Served> served = standIn.served();
    assertThat(served).extracting(Served::path).containsExactly(MESSAGES, CHAT);
    assertThat(served).extracting(Served::status).containsExactly(200, 200);
    assertThat(new String(served.getFirst().body(), UTF_8)).isEqualTo(STREAM);
    assertThat(served.getLast().header("Authorization")).hasValue("Bearer " + StandInUpstream.KEY);
    assertThat(last.headers().firstValue("request-id")).hasValue(served.getLast().requestId());
    assertThat(served.getLast().bytesSent()).isEqualTo(last.body().length());
  }

  @Test
  void closingEndsSilentAnswers() throws Exception {
    standIn.follow(Script.always(new Behaviour.Hangs()));
    CompletableFuture<?> call =
        client.sendAsync(request(MESSAGES, STREAM).build(), HttpResponse.BodyHandlers.ofString());
    waitUntil(() -> standIn.served().size() == 1);

    standIn.close();

    assertThat(call).failsWithin(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @MethodSource("whatWaits")
  void hangsUpOnARequestThatComesWhileItIsClosed(Behaviour behaviour) {
    standIn.follow(request -> {
      standIn.close();
      return behaviour;
    });

    assertThatThrownBy(() -> post(MESSAGES, STREAM)).isInstanceOf(IOException.class);
    assertThat(standIn.served()).extracting(Served::state).containsExactly(Served.State.CUT);
  }

  static List<Behaviour> whatWaits() {
    return List.of(
        new Behaviour.Hangs(), new Behaviour.SendsRaw(utf8("HTTP/1.1 204 Nothing\r\n\r\n")));
  }
}
