package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A request or an answer as a file holds it: the start line and header fields as lines of text, a
 * blank line, and the body as bytes. How the body is delimited on the wire is left to whoever sends
 * it.
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record HttpText(String startLine, List<Field> fields, byte[] body) {

  public HttpText {
    fields = List.copyOf(fields);
  }

  /** A header field with the name as written. */
  public record Field(String name, String value) {
    boolean is(String other) {
      return name.equalsIgnoreCase(other);
    }
  }

  static HttpText parse(byte[] file) {
    int end = endOfHead(file);
    List<String> lines = new String(file, 0, end, UTF_8).lines().toList();
    List<Field> fields = new ArrayList<>();
    for (String line : lines.subList(1, lines.size())) {
      int colon = line.indexOf(':');
      fields.add(new Field(line.substring(0, colon), line.substring(colon + 1).strip()));
    }
    int body = Math.min(end + 2, file.length);
    return new HttpText(lines.getFirst(), fields, Arrays.copyOfRange(file, body, file.length));
  }

  private static int endOfHead(byte[] file) {
    for (int at = 0; at + 1 < file.length; at++) {
      if (file[at] == '\n' && file[at + 1] == '\n') {
        return at;
      }
    }
    throw new IllegalArgumentException("no blank line ends the head");
  }

  HttpText withBody(byte[] other) {
    return new HttpText(startLine, fields, other);
  }

  /** This with {@code {{name}}} replaced by values in the head. */
  public HttpText with(Map<String, String> values) {
    return new HttpText(
        filled(startLine, values),
        fields.stream().map(field -> new Field(field.name, filled(field.value, values))).toList(),
        body);
  }

  private static String filled(String text, Map<String, String> values) {
    String filled = text;
    for (Map.Entry<String, String> value : values.entrySet()) {
      filled = filled.replace("{{" + value.getKey() + "}}", value.getValue());
    }
    return filled;
  }

  public Optional<String> field(String name) {
    return fields.stream().filter(field -> field.is(name)).map(Field::value).findFirst();
  }

  /** Of an answer. */
  public int status() {
    return Integer.parseInt(startLine.split(" ", -1)[1]);
  }

  /** Of a request: path and query as written. */
  public String target() {
    return startLine.split(" ", -1)[1];
  }

  /** Of a request. */
  public String method() {
    return startLine.split(" ", -1)[0];
  }

  public boolean isEventStream() {
    return field("content-type").orElse("").toLowerCase(Locale.ROOT).startsWith("text/event-str");
  }

  public boolean isEncoded() {
    return field("content-encoding").isPresent();
  }

  /** The head on the wire, with further fields before the blank line. */
  byte[] head(String... more) {
    StringBuilder head = new StringBuilder(startLine).append("\r\n");
    fields.forEach(
        field -> head.append(field.name()).append(": ").append(field.value()).append("\r\n"));
    for (String field : more) {
      head.append(field).append("\r\n");
    }
    return head.append("\r\n").toString().getBytes(UTF_8);
  }
}
