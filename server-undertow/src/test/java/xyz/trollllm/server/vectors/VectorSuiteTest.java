package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a gateway does wrong is found; the gateway here is an upstream that answers by itself. */
class VectorSuiteTest {
  private final ReplayingUpstream gateway = listen();
  private final ReplayingUpstream upstream = listen();
  private final List<Vector> vectors = VectorFolder.packaged();

  private static ReplayingUpstream listen() {
    return ReplayingUpstream.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void stop() {
    gateway.close();
    upstream.close();
  }

  private String run(String id, String answer, ChargeReading charges) {
    HttpText text = HttpText.parse(answer.getBytes(UTF_8));
    gateway.follow(new Replay.Answers(text, List.of(text.body()), false));
    VectorSuite suite =
        new VectorSuite(
            new SocketClient(gateway.url(), Duration.ofSeconds(20)),
            charges,
            upstream,
            Map.of("host", "h", "key", "k", "unknown_key", "u", "empty_key", "e"),
            Set.of(),
            BigDecimal.ZERO);
    List<Vector> chosen = vectors.stream().filter(vector -> vector.id().equals(id)).toList();
    Matrix matrix = suite.run(chosen);
    return matrix.render(chosen);
  }

  @Test
  void everyDifferenceIsTold() {
    String told =
        run(
            "V31",
            "HTTP/1.1 201 Created\ncontent-type: text/plain\nset-cookie: a\ncost: 0.0003\n\nhm",
            new ChargeHeader("cost"));

    assertThat(told)
        .contains("V31  FAIL")
        .contains("status: expected 200, was 201")
        .contains("header field content-type: expected application/json, was text/plain")
        .contains("the header field set-cookie must not reach the client")
        .contains("body: expected ", "was 2 bytes", "different from byte 0: hm")
        .contains("requests that reached the upstream: expected 1, was 0")
        .contains("charge: expected 0.000318000, was 0.0003");
  }

  @Test
  void whatCannotBeArrangedIsNotRun() {
    assertThat(run("X09", "HTTP/1.1 200 OK\n\n", ChargeReading.none()))
        .contains("X09  -")
        .contains("0 of 1 cases run without a difference; the others need --with inclusive-usage");
  }

  @Test
  void commandThatTellsWhatWasSpentIsAsked() {
    SpentCommand spent = new SpentCommand("echo 0.5; echo 0.25", Duration.ofMillis(1));

    assertThat(run("V10", "HTTP/1.1 200 OK\ncontent-type: application/json\n\n{}", spent))
        .doesNotContain("charge:");
  }

  @Test
  void gatewayThatDoesNotAnswerFails() {
    gateway.refuse();
    SocketClient nobody =
        new SocketClient(URI.create(gateway.url().toString()), Duration.ofSeconds(20));
    VectorSuite suite =
        new VectorSuite(
            nobody, ChargeReading.none(), upstream, Map.of(), Set.of(), BigDecimal.ZERO);
    List<Vector> one = vectors.subList(0, 1);

    Matrix matrix = suite.run(one);

    assertThat(VectorSuite.failed(matrix, one)).isTrue();
    assertThat(matrix.render(one)).contains("no answer came");
  }
}
