package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SseScannerTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "event: a~data: 1~~data: 2~~ | a(1) (2)",
        "data: 1~event: a~~ | a(1)",
        "data:1~~data:  2~~ | (1) ( 2)",
        "data: 1~data: 2~data~data: 3~~ | (1/2//3)",
        ": comment~id: 4~retry: 5~unknown: 6~datax: 7~dat: 8~data: 9~~ | (9)",
        "event: only~~ | only()",
        "event:~data: 1~~ | (1)",
        "event: a~event: b~data: 1~~ | b(1)",
        "~~~data: 1~~~~ | (1)",
        "data~~ | ()",
        "data: a: b: c~~ | (a: b: c)",
        "data: é日😀 x~~ | (é日😀 x)",
        "data: 1~event: late | [late](1)",
        "data: 1~~data: 2 | (1) [](2)",
        "\uFEFFevent: a~data: 1~~ | a(1)",
        "data: 1~~\uFEFFdata: 2~~ | (1)"
      })
  void eventsAreTakenApart(String stream, String expected) {
    for (String lineEnd : new String[] {"\n", "\r\n", "\r"}) {
      byte[] bytes = stream.replace("~", lineEnd).getBytes(UTF_8);
      for (int cut = 0; cut <= bytes.length; cut++) {
        assertThat(events(bytes, cut)).as("cut at %s", cut).isEqualTo(expected);
      }
    }
  }

  @Test
  void lineEndsMayBeMixed() {
    byte[] stream = "event: a\rdata: 1\r\ndata: 2\n\rdata: 3\n\r\nevent: b\r\r\n".getBytes(UTF_8);

    for (int cut = 0; cut <= stream.length; cut++) {
      assertThat(events(stream, cut)).isEqualTo("a(1/2) (3) b()");
    }
  }

  @Test
  void otherSeparatorsOfUnicodeAreData() {
    byte[] stream = "data: a\u2028b\u2029c\u0085d\u000Be\n\n".getBytes(UTF_8);

    assertThat(events(stream, 8)).isEqualTo("(a\u2028b\u2029c\u0085d\u000Be)");
  }

  private static String events(byte[] stream, int cut) {
    Events events = new Events();
    SseScanner scanner = new SseScanner(events);
    scanner.scan(stream, 0, cut);
    scanner.scan(stream, cut, stream.length);
    if (scanner.pending()) {
      events.dispatch("[" + scanner.name() + "]");
    }
    return events.seen.toString().strip();
  }

  private static final class Events implements SseScanner.Listener {
    private final StringBuilder seen = new StringBuilder();
    private final ByteArrayOutputStream data = new ByteArrayOutputStream();

    @Override
    public void data(byte[] bytes, int from, int to) {
      data.write(bytes, from, to - from);
    }

    @Override
    public void dispatch(String name) {
      seen.append(name).append('(');
      seen.append(data.toString(UTF_8).replace('\n', '/')).append(") ");
      data.reset();
    }
  }
}
