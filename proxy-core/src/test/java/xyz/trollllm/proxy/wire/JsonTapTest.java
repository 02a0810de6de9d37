package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTapTest {
  private enum Field {
    NUMBER,
    NAME,
    TEXT,
    OBJECT,
    ELEMENT
  }

  private static final JsonPaths<Field> PATHS =
      JsonPaths.<Field>builder()
          .value("usage", Field.OBJECT)
          .value("usage.tokens", Field.NUMBER)
          .value("name", Field.NAME)
          .text("choices.*.text", Field.TEXT)
          .value("choices.*.list.*", Field.ELEMENT)
          .build();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{\"usage\":{\"tokens\":12}} | <OBJECT NUMBER=NUMBER:12 OBJECT>",
        "{ \"usage\" : { \"tokens\" : -1.50e+3 } } | <OBJECT NUMBER=NUMBER:-1.50e+3 OBJECT>",
        "{\"us\\u0061ge\":{\"tok\\u0065ns\":null}} | <OBJECT NUMBER=NULL:null OBJECT>",
        "{\"usage\":null} | OBJECT=NULL:null",
        "{\"usage\":[1,{\"tokens\":5}]} | <OBJECT OBJECT>",
        "{\"usage\":{\"tokens\":{\"tokens\":5}}} | <OBJECT <NUMBER NUMBER> OBJECT>",
        "{\"usage\":{\"a\":{\"tokens\":5},\"b\":[[\"tokens\"]]}} | <OBJECT OBJECT>",
        "{\"name\":\"a\\\"\\u0062\\n\\ud83d\\ude00é\"} | NAME=STRING:a\"b⏎😀é",
        "{\"name\":true} | NAME=TRUE:true",
        "{\"x\":\"\\\"name\\\":\\\"no\\\"\",\"y\":{\"name\":\"no\"},\"name\":\"yes\"} | NAME=STRING:yes",
        "{\"choices\":[{\"text\":\"ab\"},{\"text\":\"c\"}]} | TEXT+2 TEXT+1",
        "{\"choices\":[{\"text\":\"\\ud83d\\ude00é日\\n\\\\\\\"😀\"}]} | TEXT+7",
        "{\"choices\":[{\"text\":\"\"},{\"text\":null}]} | TEXT=NULL:null",
        "{\"choices\":{\"text\":\"ab\"}} | ~~",
        "{\"choices\":[{\"list\":[1,\"x\",[],{}]}]} | ELEMENT=NUMBER:1 ELEMENT=STRING:x <ELEMENT ELEMENT> <ELEMENT ELEMENT>",
        "[{\"name\":\"no\"}] | ~~",
        "{} | ~~"
      })
  void valuesAtPathsAreReported(String json, String expected) {
    assertThat(read(json)).isEqualTo(expected);
    for (int cut = 0; cut <= json.getBytes(UTF_8).length; cut++) {
      assertThat(joined(read(json, cut))).as("cut at %s", cut).isEqualTo(joined(expected));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"usage\":{\"tokens\":12]}",
        "{\"usage\" 12}",
        "{\"usage\":{\"tokens\":tru}}",
        "{\"usage\":{,}}",
        "{\"a\":1,}",
        "{a:1}",
        "[DONE]",
        "hello",
        "}"
      })
  void malformedDocumentsFail(String json) {
    JsonTap<Field> tap = new JsonTap<>(PATHS, new Notes());

    feed(tap, json);

    assertThat(tap.failed()).isTrue();
    assertThat(tap.complete()).isFalse();
  }

  @Test
  void unfinishedNumbersAreNotReported() {
    assertThat(read("{\"usage\":{\"tokens\":12")).isEqualTo("<OBJECT");
  }

  @Test
  void nextDocumentStartsAfresh() {
    Notes notes = new Notes();
    JsonTap<Field> tap = new JsonTap<>(PATHS, notes);

    feed(tap, "{\"usage\":{\"x\":[\"\\");
    tap.reset();
    feed(tap, "{\"name\":\"x\"}");

    assertThat(tap.complete()).isTrue();
    assertThat(notes.toString()).isEqualTo("<OBJECT NAME=STRING:x");
  }

  @Test
  void longKeysAndNamesAreCapped() {
    String json = "{\"" + "k".repeat(5000) + "\":1,\"name\":\"" + "n".repeat(5000) + "\"}";

    assertThat(read(json)).isEqualTo("NAME=STRING:" + "n".repeat(512));
  }

  @Test
  void hugeStringsAndDeepNestingTakeNoMemory() {
    Notes notes = new Notes();
    JsonTap<Field> tap = new JsonTap<>(PATHS, notes);
    byte[] text = "x\\\"é[{".repeat(10_000).getBytes(UTF_8);
    byte[] brackets = "[{\"a\":".repeat(10_000).getBytes(UTF_8);
    byte[] closing = "}]".repeat(10_000).getBytes(UTF_8);

    feed(tap, "{\"x\":\"");
    for (int i = 0; i < 3000; i++) { // about 200 MB
      tap.feed(text, 0, text.length);
    }
    feed(tap, "\",\"deep\":");
    for (int i = 0; i < 20; i++) {
      tap.feed(brackets, 0, brackets.length);
    }
    feed(tap, "1");
    for (int i = 0; i < 20; i++) {
      tap.feed(closing, 0, closing.length);
    }
    feed(tap, ",\"usage\":{\"tokens\":7}}");

    assertThat(tap.complete()).isTrue();
    assertThat(notes.toString()).isEqualTo("<OBJECT NUMBER=NUMBER:7 OBJECT>");
  }

  @Test
  void garbageNeverThrows() {
    Random random = new Random(3);
    for (int round = 0; round < 20_000; round++) {
      StringBuilder json = new StringBuilder("{\"usage\":");
      for (int i = random.nextInt(30); i > 0; i--) {
        json.append("{}[]\",:\\u01e.-tn".charAt(random.nextInt(16)));
      }
      Notes notes = new Notes();
      feed(new JsonTap<>(PATHS, notes), json + "\"tokens\":1}}}");
      assertThat(notes.toString()).isNotNull();
    }
  }

  private static String read(String json) {
    return read(json, 0);
  }

  private static String read(String json, int cut) {
    Notes notes = new Notes();
    JsonTap<Field> tap = new JsonTap<>(PATHS, notes);
    byte[] bytes = json.getBytes(UTF_8);
    tap.feed(bytes, 0, cut);
    tap.feed(bytes, cut, bytes.length);
    return notes.toString();
  }

  private static void feed(JsonTap<Field> tap, String json) {
    byte[] bytes = json.getBytes(UTF_8);
    tap.feed(bytes, 0, bytes.length);
  }

  /** With counts of characters in one sum, as they come in as many parts as there are reads. */
  private static String joined(String notes) {
    long characters = 0;
    List<String> others = new ArrayList<>();
    for (String note : notes.split(" ", -1)) {
      if (note.startsWith("TEXT+")) {
        characters += Long.parseLong(note.substring("TEXT+".length()));
      } else {
        others.add(note);
      }
    }
    return String.join(" ", others) + characters;
  }

  private static final class Notes implements JsonListener<Field> {
    private final List<String> notes = new ArrayList<>();

    @Override
    public void scalar(Field field, JsonScalar value) {
      notes.add(field + "=" + value.kind() + ":" + value.text().replace('\n', '⏎'));
    }

    @Override
    public void text(Field field, long characters) {
      notes.add(field + "+" + characters);
    }

    @Override
    public void opened(Field field) {
      notes.add("<" + field);
    }

    @Override
    public void closed(Field field) {
      notes.add(field + ">");
    }

    @Override
    public String toString() {
      return String.join(" ", notes);
    }
  }
}
