package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Settlement.Outcome;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.upstream.ScriptedServer;

/** Connections of upstreams cut at every byte, framing included, over real sockets. */
final class CutConnectionTest {
  private static final String STREAM =
      "{\"stream\":true,\"model\":\"claude-sonnet-4-5\",\"max_tokens\":50,\"messages\":[]}";

  /** Chunks that end within events. */
  private static final int CHUNK = 70;

  private static final String LAST_CHUNK = "\r\n0\r\n\r\n";
  private static final String EVENTS =
      """
      event: message_start
      data: {"type":"message_start","message":{"usage":{"input_tokens":25,"output_tokens":1}}}

      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hi"}}

      event: message_delta
      data: {"type":"message_delta","usage":{"output_tokens":15}}

      event: message_stop
      data: {"type":"message_stop"}

      """;

  enum Framing {
    CHUNKED {
      @Override
      String answer() {
        StringBuilder body = new StringBuilder();
        for (int at = 0; at < EVENTS.length(); at += CHUNK) {
          body.append(chunk(EVENTS.substring(at, Math.min(EVENTS.length(), at + CHUNK))));
        }
        return head("transfer-encoding: chunked") + body + "0\r\n\r\n";
      }
    },
    CONTENT_LENGTH {
      @Override
      String answer() {
        return head("content-length: " + EVENTS.length()) + EVENTS;
      }
    };

    abstract String answer();

    private static String head(String field) {
      return "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n" + field + "\r\n\r\n";
    }

    private static String chunk(String data) {
      return Integer.toHexString(data.length()) + ";x=y\r\n" + data + "\r\n";
    }
  }

  private enum End {
    ORDERLY,
    RESET
  }

  private record Answer(String text, End end) {}

  private final AtomicReference<Answer> next = new AtomicReference<>();
  private ScriptedServer upstream;
  private ServerFixture fixture;
  private int asked;

  @BeforeEach
  void start() throws IOException {
    upstream =
        ScriptedServer.plain(peer -> {
          Answer answer = next.get();
          peer.readRequest();
          peer.send(answer.text);
          if (answer.end == End.RESET) {
            peer.reset();
          }
        });
    fixture = new ServerFixture(upstream.url().resolve("/").toString());
  }

  @AfterEach
  void nothingStaysHeld() throws IOException {
    await().untilAsserted(() -> assertThat(fixture.held()).isEqualTo(Usd.ZERO));
    fixture.close();
    upstream.close();
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void clientCanAlwaysTell(Framing framing) throws Exception {
    String whole = framing.answer();
    for (End end : End.values()) {
      for (int i = 0; i < whole.length(); i++) {
        // Early and late cuts by turns: without any head the circuit breaker would step in.
        int cut = i % 2 == 0 ? i / 2 : whole.length() - 1 - i / 2;
        next.set(new Answer(whole.substring(0, cut), end));

        String got = ask();
        Settlement settlement = settled();

        String at = end + " at " + cut;
        boolean told = got.contains("upstream_broken") || !got.contains(LAST_CHUNK);
        assertThat(told).as("told: %s", at).isTrue();
        assertThat(got).as("status: %s", at).containsPattern("^HTTP/1.1 (200|502) ");
        assertThat(settlement.outcome()).as("outcome: %s", at).isEqualTo(Outcome.ERROR);
        boolean delivered = got.contains("\"text\":\"Hi\"}}");
        // A reset may overtake what was sent before it: what never arrived cannot be charged.
        if (delivered || end == End.ORDERLY) {
          assertThat(settlement.charge().equals(Usd.ZERO)).as(at).isEqualTo(!delivered);
        }
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @EnumSource
  void wholeAnswerIsASuccess(Framing framing) throws Exception {
    next.set(new Answer(framing.answer(), End.ORDERLY));

    String got = ask();

    assertThat(got).endsWith(LAST_CHUNK).doesNotContain("upstream_broken");
    assertThat(settled().charge()).isEqualTo(Usd.of("0.000318"));
  }

  /** All that comes until the answer ends, one way or the other. */
  private String ask() throws IOException {
    try (RawClient client = fixture.connect()) {
      return client.send(RawClient.post(STREAM)).readUntilOrEnd(CutConnectionTest::isOver);
    }
  }

  private static boolean isOver(String got) {
    return got.endsWith(LAST_CHUNK) || (got.startsWith("HTTP/1.1 502") && got.endsWith("\"}"));
  }

  private Settlement settled() {
    int before = asked;
    asked++;
    await()
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .until(() -> fixture.ledger.records().size() > before);
    return fixture.ledger.records().get(before);
  }
}
