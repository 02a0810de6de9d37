package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads one vector from the files of its folder. Used for one reading. */
final class VectorReader {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path folder;
  private final String id;

  private VectorReader(Path folder, String id) {
    this.folder = folder;
    this.id = id;
  }

  static Vector read(Path folder) {
    JsonNode vector = JSON.readTree(bytes(folder.resolve("vector.json")));
    String id = vector.required("id").stringValue();
    VectorReader reader = new VectorReader(folder, id);
    return new Vector(
        id,
        vector.required("title").stringValue(),
        vector.required("about").stringValue(),
        map(vector.path("nothing_at"), JsonNode::stringValue),
        vector.required("cases").valueStream().map(reader::readCase).toList());
  }

  private VectorCase readCase(JsonNode data) {
    byte[] answerHead = file(data, "answer");
    byte[] body = file(data, "body");
    HttpText answer = answerHead == null ? null : HttpText.parse(answerHead);
    return new VectorCase(
        id,
        data.path("name").asString(""),
        needs(data.path("needs")),
        HttpText.parse(bytes(folder.resolve(data.required("request").stringValue()))),
        file(data, "forwarded"),
        constant(VectorCase.Upstream.class, data.path("upstream").asString("answers")),
        answer == null || body == null ? answer : answer.withBody(body),
        data.path("send").asString("").equals("bytes"),
        data.path("end").asString("").equals("cut"),
        file(data, "client"),
        data.path("repeat").asInt(1),
        expectation(data.required("expect")));
  }

  private static Set<VectorCase.Need> needs(JsonNode names) {
    Set<VectorCase.Need> needs = EnumSet.noneOf(VectorCase.Need.class);
    names.forEach(name -> needs.add(constant(VectorCase.Need.class, name.stringValue())));
    return needs;
  }

  private static Expectation expectation(JsonNode data) {
    JsonNode usage = data.path("usage");
    return new Expectation(
        data.required("status").intValue(),
        map(data.path("headers"), JsonNode::stringValue),
        strings(data.path("forbidden_headers")),
        map(data.path("json"), Function.identity()),
        map(data.path("members"), VectorReader::members),
        strings(data.path("forbidden_text")),
        constant(Expectation.Ending.class, data.path("ends").asString("whole")),
        forwarding(data.required("upstream")),
        text(data, "basis"),
        counts(usage),
        new TreeSet<>(strings(data.path("flags"))),
        text(usage, "service_tier"),
        text(data, "served_model"),
        data.required("entries").intValue(),
        new BigDecimal(data.required("charge").stringValue()),
        text(data, "credit_field"),
        map(data.path("log"), JsonNode::stringValue));
  }

  private static Expectation.Members members(JsonNode data) {
    return new Expectation.Members(
        data.required("key").stringValue(),
        new TreeSet<>(strings(data.required("values"))),
        new TreeSet<>(strings(data.path("also"))));
  }

  private static Expectation.Forwarding forwarding(JsonNode data) {
    return new Expectation.Forwarding(
        data.required("calls").intValue(),
        data.path("name").asString(""),
        data.path("path").asString(""),
        map(data.path("body"), Function.identity()));
  }

  /** Every kind of count by its name; what is not named is zero. */
  private static Map<String, Long> counts(JsonNode usage) {
    Map<String, Long> counts = new HashMap<>();
    Expectation.FEES.forEach(name -> counts.put(name, usage.path(name).asLong(0)));
    tokens("", usage, counts);
    for (JsonNode inference : usage.path("sub_inferences")) {
      tokens(inference.required("type").stringValue() + ".", inference, counts);
    }
    return counts;
  }

  private static void tokens(String prefix, JsonNode usage, Map<String, Long> counts) {
    Expectation.TOKENS.forEach(name -> counts.put(prefix + name, usage.path(name).asLong(0)));
  }

  private byte @Nullable [] file(JsonNode data, String key) {
    String name = text(data, key);
    return name == null ? null : bytes(folder.resolve(name));
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static @Nullable String text(JsonNode data, String key) {
    return data.has(key) ? data.required(key).stringValue() : null;
  }

  private static List<String> strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(element -> strings.add(element.stringValue()));
    return strings;
  }

  private static <T> Map<String, T> map(JsonNode object, Function<JsonNode, T> value) {
    Map<String, T> map = new HashMap<>();
    object.forEachEntry((key, node) -> map.put(key, value.apply(node)));
    return map;
  }

  private static <E extends Enum<E>> E constant(Class<E> type, String name) {
    return Enum.valueOf(type, name.replace('-', '_').toUpperCase(Locale.ROOT));
  }
}
