package xyz.trollllm.proxy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.RequestRecord;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;

/** Wherever an upstream breaks off, the client can tell, and pays what it got. */
final class CutAnswerTest {
  private static final Usd EXACT = Usd.of("0.000318");

  enum Kind {
    MESSAGES("/v1/messages", CallRig.MESSAGE_STREAM, Answers.MESSAGES),
    RESPONSES("/v1/responses", CallRig.RESPONSES_STREAM, Answers.RESPONSES),
    CHAT("/v1/chat/completions", CallRig.CHAT_STREAM, Answers.CHAT),
    CHAT_WITH_USAGE(
        "/v1/chat/completions",
        CallRig.CHAT_STREAM.replace("{\"m", "{\"stream_options\":{\"include_usage\":true},\"m"),
        Answers.CHAT);

    private final String path;
    private final String request;
    private final String answer;

    Kind(String path, String request, String answer) {
      this.path = path;
      this.request = request;
      this.answer = answer;
    }

    String path() {
      return path;
    }

    String request() {
      return request;
    }

    String answer() {
      return answer;
    }

    /** The last event, with which clients see the end. */
    String end() {
      int last = answer.lastIndexOf("\n\n", answer.length() - 3) + 2;
      return answer.substring(last);
    }

    private String relayed() {
      return this == CHAT ? answer.replace(Answers.CHAT_USAGE, "") : answer;
    }
  }

  @ParameterizedTest
  @EnumSource
  void streamCutAtAnyByteIsNoSuccess(Kind kind) throws Exception {
    byte[] answer = kind.answer.getBytes(UTF_8);
    for (int cut = 0; cut <= answer.length; cut++) {
      try (CallRig rig = new CallRig()) {
        RecordingClient client = rig.send(kind.path, kind.request);

        rig.upstream
            .last()
            .head(200, "content-type", "text/event-stream", "transfer-encoding", "chunked")
            .bytes(Arrays.copyOf(answer, cut))
            .fail();

        String got = delivered(client, kind);
        assertThat(client.wasReset || client.body().contains("upstream_broken"))
            .as("told at %s", cut)
            .isTrue();
        assertThat(kind.relayed()).as("bytes at %s", cut).startsWith(got);
        assertCharged(rig, got, answer, cut);
      }
    }
  }

  /** What came of the upstream's bytes; an error event comes only where an event had ended. */
  private static String delivered(RecordingClient client, Kind kind) {
    String body = client.body();
    int error = body.indexOf("upstream_broken");
    if (error < 0) {
      return body;
    }
    boolean named = kind == Kind.MESSAGES || kind == Kind.RESPONSES;
    String name = named ? "event: error\ndata: " : "data: ";
    String before = body.substring(0, body.lastIndexOf(name, error));
    assertThat(before.isEmpty() || before.endsWith("\n\n")).isTrue();
    assertThat(client.ended).isTrue();
    assertThat(client.wasReset).isFalse();
    return before;
  }

  private static void assertCharged(CallRig rig, String got, byte[] answer, int cut) {
    RequestRecord record = rig.settlement().record();
    Usd charge = rig.settlement().charge();
    String came = new String(answer, 0, cut, UTF_8);
    boolean content = wholeEvents(got).contains("0123456789");
    boolean finalUsage = wholeEvents(came).contains("tokens\":15");
    assertThat(rig.settlement().outcome()).isEqualTo(Outcome.ERROR);
    assertThat(rig.held()).isEqualTo(Usd.ZERO);
    if (!content) {
      assertThat(charge).as("charge at %s", cut).isEqualTo(Usd.ZERO);
      assertThat(record.basis()).isEqualTo(Basis.VOID);
      assertThat(record.flags()).contains("upstream-error-no-content");
    } else if (finalUsage) {
      assertThat(charge).as("charge at %s", cut).isEqualTo(EXACT);
      assertThat(record.basis()).isEqualTo(Basis.UPSTREAM);
      boolean ended =
          wholeEvents(came).contains("message_stop\"}")
              || came.contains("\"stop\"}")
              || came.contains("response.completed\"");
      assertThat(record.flags().contains("incomplete-stream")).isEqualTo(!ended);
    } else {
      assertThat(charge).as("charge at %s", cut).isGreaterThan(Usd.ZERO).isLessThan(EXACT);
      assertThat(record.basis()).isIn(Basis.PARTIAL, Basis.ESTIMATED);
      assertThat(record.flags()).containsAnyOf("estimated-output", "estimated-all");
    }
  }

  /** The events that are there but for their blank line, which clients do without at times. */
  private static String wholeEvents(String events) {
    int open = 0;
    int end = 0;
    for (int i = 0; i < events.length(); i++) {
      char c = events.charAt(i);
      if (c == '{') {
        open++;
      } else if (c == '}') {
        open--;
      }
      if (open == 0) {
        end = i + 1;
      }
    }
    return events.substring(0, end);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void documentCutAtAnyByteIsAnErrorAndFree(boolean announced) throws Exception {
    byte[] answer = Answers.JSON.getBytes(UTF_8);
    for (int cut = 0; cut <= answer.length; cut++) {
      try (CallRig rig = new CallRig()) {
        RecordingClient client = rig.message();

        rig.upstream
            .last()
            .head(
                200,
                "content-type",
                "application/json",
                announced ? "content-length" : "transfer-encoding",
                announced ? "9999" : "chunked")
            .bytes(Arrays.copyOf(answer, cut))
            .fail();

        assertThat(client.status).as("status at %s", cut).isEqualTo(502);
        assertThat(client.body()).contains("api_error", "upstream_broken");
        assertThat(client.contentLength).isEqualTo(client.bytes().length);
        assertThat(rig.settlement().charge()).as("charge at %s", cut).isEqualTo(Usd.ZERO);
        assertThat(rig.settlement().record().basis()).isEqualTo(Basis.VOID);
        assertThat(rig.settlement().record().flags()).contains("upstream-error-no-content");
        assertThat(Objects.requireNonNull(rig.log.getFirst().error())).isEqualTo("upstream_broken");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "application/json"})
  void whatEndsInGoodOrderButIsNoWholeDocumentIsAnError(String type) throws Exception {
    for (String body : new String[] {"", "<html></html>", Answers.JSON.substring(0, 60)}) {
      try (CallRig rig = new CallRig()) {
        RecordingClient client = rig.message();

        rig.upstream.last().head(200, "content-type", type).bytes(body).end();

        assertThat(client.status).isEqualTo(502);
        assertThat(rig.settlement().charge()).isEqualTo(Usd.ZERO);
      }
    }
  }
}
