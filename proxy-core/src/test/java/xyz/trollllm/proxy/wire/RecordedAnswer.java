package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import xyz.trollllm.billing.Basis;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/** An answer as an upstream sends it, and what is to be read out of it. */
record RecordedAnswer(
    String id,
    Api api,
    boolean eventStream,
    UsageSemantics semantics,
    long requestBytes,
    String text,
    Observation expected) {

  /** All that a meter says about an answer. */
  record Observation(Metered usage, boolean content, boolean end, boolean error) {
    static Observation of(AnswerMeter meter) {
      return new Observation(meter.usage(), meter.sawContent(), meter.sawEnd(), meter.sawError());
    }
  }

  static List<RecordedAnswer> all() {
    try (Stream<Path> files = Files.list(folder())) {
      return files
          .filter(file -> file.toString().endsWith(".properties"))
          .sorted()
          .map(RecordedAnswer::load)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String text(String name) {
    try {
      return Files.readString(folder().resolve(name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  byte[] body() {
    return text.getBytes(UTF_8);
  }

  AnswerMeter meter() {
    return AnswerMeters.of(api, eventStream, semantics, requestBytes);
  }

  @Override
  public String toString() {
    return id;
  }

  private static Path folder() {
    try {
      URI folder = Objects.requireNonNull(RecordedAnswer.class.getResource("/wire")).toURI();
      return Path.of(folder);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private static RecordedAnswer load(Path file) {
    Properties properties = new Properties();
    try {
      properties.load(new StringReader(Files.readString(file)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String answer = properties.getProperty("answer");
    return new RecordedAnswer(
        answer.substring(0, answer.indexOf('.')),
        Api.valueOf(properties.getProperty("api")),
        answer.endsWith(".sse"),
        UsageSemantics.valueOf(properties.getProperty("semantics", "AUTO")),
        number(properties, "requestBytes"),
        text(answer),
        expected(properties));
  }

  private static Observation expected(Properties properties) {
    TokenCounts counts =
        new TokenCounts(
            number(properties, "input"),
            number(properties, "cacheWrite5m"),
            number(properties, "cacheWrite1h"),
            number(properties, "cacheHit"),
            number(properties, "output"));
    TokenUsage usage =
        new TokenUsage(
            counts,
            number(properties, "webSearches"),
            number(properties, "webFetches"),
            new ServiceOptions(properties.getProperty("serviceTier"), null, null),
            List.of());
    Metered metered =
        new Metered(
            usage,
            Basis.valueOf(properties.getProperty("basis")),
            flags(properties),
            properties.getProperty("model").isEmpty() ? null : properties.getProperty("model"));
    return new Observation(
        metered, flag(properties, "content"), flag(properties, "end"), flag(properties, "error"));
  }

  private static SortedSet<String> flags(Properties properties) {
    return Arrays.stream(properties.getProperty("flags").split(",", -1))
        .filter(flag -> !flag.isEmpty())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static boolean flag(Properties properties, String key) {
    return Boolean.parseBoolean(properties.getProperty(key));
  }

  private static long number(Properties properties, String key) {
    return Long.parseLong(properties.getProperty(key, "0"));
  }
}
