package xyz.trollllm.proxy.wire;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Other ways to write the same event stream. */
public final class Framings {
  /** The one framing that does not reach the client as it came: the mark is dropped. */
  public static final String BYTE_ORDER_MARK = "byte order mark";

  private static final Pattern AFTER_THE_COLON =
      Pattern.compile("(?<=^(data|event):) ", Pattern.MULTILINE);
  private static final Pattern BEFORE_A_KEY = Pattern.compile("(?<=[{,])(?=\"[a-z_]+\":)");
  private static final int MOST_CUTS = 8;

  private Framings() {}

  /**
   * Every framing by its name. Each takes a stream with a line feed at the end of every line and
   * one space behind the colon of every field.
   */
  public static Map<String, UnaryOperator<String>> all() {
    Map<String, UnaryOperator<String>> framings = new LinkedHashMap<>();
    framings.put("CRLF", stream -> stream.replace("\n", "\r\n"));
    framings.put("CR", stream -> stream.replace("\n", "\r"));
    framings.put("mixed line ends", Framings::mixedLineEnds);
    framings.put(BYTE_ORDER_MARK, stream -> "\uFEFF" + stream);
    framings.put("no space after the colon", Framings::withoutSpace);
    framings.put("data before event", Framings::dataFirst);
    framings.put("data in several lines", Framings::dataInLines);
    framings.put("no final blank line", String::stripTrailing);
    framings.put("comments and other fields", Framings::withNoise);
    framings.put("everything at once", Framings::everything);
    return framings;
  }

  /** Some places to cut {@code length} bytes at, in order. */
  public static int[] cuts(RandomGenerator random, int length) {
    int count = random.nextInt(1, MOST_CUTS + 1);
    int[] cuts = new int[count];
    Arrays.setAll(cuts, _ -> random.nextInt(length + 1));
    Arrays.sort(cuts);
    return cuts;
  }

  private static String mixedLineEnds(String stream) {
    String[] ends = {"\n", "\r\n", "\r"};
    StringBuilder mixed = new StringBuilder();
    int line = 0;
    for (int i = 0; i < stream.length(); i++) {
      char c = stream.charAt(i);
      if (c == '\n') {
        String end = ends[line++ / 2 % ends.length];
        boolean wouldJoin = end.equals("\n") && mixed.charAt(mixed.length() - 1) == '\r';
        mixed.append(wouldJoin ? "\r\n" : end);
      } else {
        mixed.append(c);
      }
    }
    return mixed.toString();
  }

  private static String withoutSpace(String stream) {
    return AFTER_THE_COLON.matcher(stream).replaceAll("");
  }

  private static String dataFirst(String stream) {
    return events(
        stream,
        event ->
            Stream.concat(
                    event.lines().filter(line -> line.startsWith("data")),
                    event.lines().filter(line -> !line.startsWith("data")))
                .collect(Collectors.joining("\n")));
  }

  private static String dataInLines(String stream) {
    return events(stream, event -> BEFORE_A_KEY.matcher(event).replaceAll("\ndata: "));
  }

  private static String withNoise(String stream) {
    return events(stream, event -> ": hm\nid: 7\nretry\nunknown: data: {}\n" + event + "\n:");
  }

  private static String everything(String stream) {
    return mixedLineEnds(withoutSpace(withNoise(dataInLines(dataFirst(stream)))));
  }

  private static String events(String stream, UnaryOperator<String> change) {
    return Stream.of(stream.split("\n\n", -1))
        .map(event -> event.isBlank() ? event : change.apply(event))
        .collect(Collectors.joining("\n\n"));
  }
}
