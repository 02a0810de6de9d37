package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/**
 * An answer of the published vectors, as an upstream sends it, and what is to be read out of it.
 */
record RecordedAnswer(
    String id,
    Api api,
    boolean eventStream,
    UsageSemantics semantics,
    long requestBytes,
    String text,
    Observation expected) {

  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", ".")).resolve("../vectors");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** All that a meter says about an answer. */
  record Observation(Metered usage, boolean content, boolean end, boolean error) {
    static Observation of(AnswerMeter meter) {
      return new Observation(meter.usage(), meter.sawContent(), meter.sawEnd(), meter.sawError());
    }
  }

  /** Every answer of the vectors that passes a meter as it is. */
  static List<RecordedAnswer> all() {
    try (Stream<Path> folders = Files.list(FOLDER)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("vector.json")))
          .sorted()
          .flatMap(RecordedAnswer::load)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The text of a file of the vectors. */
  static String text(String name) {
    return new String(bytes(FOLDER.resolve(name)), UTF_8);
  }

  byte[] body() {
    return text.getBytes(UTF_8);
  }

  /** Whether this is an event stream in the plainest framing, which the others are made of. */
  boolean canBeReframed() {
    return eventStream && !id.startsWith("V49 ");
  }

  AnswerMeter meter() {
    return AnswerMeters.of(api, eventStream, semantics, requestBytes);
  }

  @Override
  public String toString() {
    return id;
  }

  private static Stream<RecordedAnswer> load(Path folder) {
    JsonNode vector = JSON.readTree(bytes(folder.resolve("vector.json")));
    return vector
        .required("cases")
        .valueStream()
        .filter(data -> data.path("expect").has("delivered"))
        .filter(data -> !data.required("body").stringValue().endsWith(".gz"))
        .map(data -> load(folder, vector.required("id").stringValue(), data));
  }

  private static RecordedAnswer load(Path folder, String id, JsonNode data) {
    String request = text(folder, data.required("request"));
    String path = request.split("[ ?]", 3)[1];
    Api api =
        Arrays.stream(Api.values())
            .filter(each -> each.path().equals(path))
            .findFirst()
            .orElseThrow();
    boolean inclusive = data.path("needs").toString().contains("inclusive-usage");
    return new RecordedAnswer(
        (id + " " + data.path("name").asString("")).strip(),
        api,
        data.required("body").stringValue().endsWith(".sse"),
        inclusive ? UsageSemantics.INCLUSIVE : UsageSemantics.AUTO,
        request.substring(request.indexOf("\n\n") + 2).getBytes(UTF_8).length,
        text(folder, data.required("body")),
        expected(data.required("expect")));
  }

  private static Observation expected(JsonNode expect) {
    JsonNode usage = expect.required("usage");
    TokenUsage read =
        new TokenUsage(
            counts(usage),
            number(usage, "web"),
            number(usage, "fetch"),
            new ServiceOptions(string(usage, "service_tier"), null, null),
            subInferences(usage));
    Metered metered =
        new Metered(
            read,
            Basis.valueOf(expect.required("basis").stringValue().toUpperCase(Locale.ROOT)),
            flags(expect.required("flags")),
            string(expect, "served_model"));
    JsonNode delivered = expect.required("delivered");
    return new Observation(
        metered,
        delivered.required("content").booleanValue(),
        delivered.required("end").booleanValue(),
        delivered.required("error").booleanValue());
  }

  private static List<SubInference> subInferences(JsonNode usage) {
    return usage
        .path("sub_inferences")
        .valueStream()
        .map(inference ->
            new SubInference(
                inference.required("type").stringValue(),
                string(inference, "model"),
                counts(inference)))
        .toList();
  }

  private static TokenCounts counts(JsonNode usage) {
    return new TokenCounts(
        number(usage, "in"),
        number(usage, "w5"),
        number(usage, "w1"),
        number(usage, "cr"),
        number(usage, "out"));
  }

  private static SortedSet<String> flags(JsonNode flags) {
    SortedSet<String> names = new TreeSet<>();
    flags.forEach(flag -> names.add(flag.stringValue()));
    return names;
  }

  private static long number(JsonNode usage, String name) {
    return usage.path(name).asLong(0);
  }

  private static @Nullable String string(JsonNode data, String name) {
    return data.path(name).asString(null);
  }

  private static String text(Path folder, JsonNode name) {
    return new String(bytes(folder.resolve(name.stringValue())), UTF_8);
  }

  private static byte[] bytes(Path file) {
    try {
      return Files.readAllBytes(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
