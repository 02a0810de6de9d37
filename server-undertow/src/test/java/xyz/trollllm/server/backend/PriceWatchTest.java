package xyz.trollllm.server.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.proxy.Headers;

/** What is shown while files change in every way that they do. */
final class PriceWatchTest {
  private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @TempDir Path folder;

  private final Logger logger = (Logger) LoggerFactory.getLogger(PriceWatch.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
  private Instant now = NOON;
  private final InstantSource clock = () -> now;
  private Runnable failure = () -> {};
  private TwoFiles files;

  @BeforeEach
  void listen() throws IOException {
    files = new TwoFiles(folder);
    lines.start();
    logger.addAppender(lines);
  }

  @AfterEach
  void stopListening() {
    logger.detachAppender(lines);
  }

  private PriceWatch watch() {
    return watch(Published::of);
  }

  private PriceWatch watch(Function<PriceSnapshot, Published> writer) {
    return new PriceWatch(files.sources(), clock.withZone(ZoneOffset.UTC), writer);
  }

  /** A change counts when two looks in a row have found the same. */
  private static void lookTwice(PriceWatch watch) {
    watch.look();
    watch.look();
  }

  private static String shown(PriceWatch watch) {
    return UTF_8
        .decode(watch.published().json().answer(Headers.EMPTY).body().duplicate())
        .toString();
  }

  private static JsonNode endpoint(PriceWatch watch, int index) {
    return JSON.readTree(shown(watch)).path("endpoints").path(index);
  }

  private static String multiplier(PriceWatch watch, int index) {
    return endpoint(watch, index).at("/models/0/multiplier").stringValue();
  }

  private List<String> told() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void bothAreShownFromTheStart() {
    try (PriceWatch watch = watch()) {
      assertThat(endpoint(watch, 0).path("domain").stringValue()).isEqualTo("chat.trollllm.xyz");
      assertThat(endpoint(watch, 1).path("domain").stringValue()).isEqualTo("chat2.trollllm.xyz");
      assertThat(endpoint(watch, 0).path("problem").isNull()).isTrue();
      assertThat(watch.isReady()).isTrue();
      assertThat(watch.readyJson()).isEqualTo("{\"ready\":true}");
    }
  }

  @Test
  @DisplayName("D2: a file that changed in place is shown anew, though its time stays as it was")
  void changedInPlace() throws IOException {
    try (PriceWatch watch = watch()) {
      FileTime time = Files.getLastModifiedTime(files.chat2);
      TwoFiles.change(files.chat2, "1.06", "1.07");
      Files.setLastModifiedTime(files.chat2, time);

      watch.look();
      assertThat(multiplier(watch, 1)).isEqualTo("1.06");
      watch.look();

      assertThat(multiplier(watch, 1)).isEqualTo("1.07");
      assertThat(multiplier(watch, 0)).isEqualTo("1.06");
    }
  }

  @Test
  @DisplayName("D2: a file that another one takes the place of is shown anew")
  void replacedByRename() throws IOException {
    try (PriceWatch watch = watch()) {
      Path other = folder.resolve("other.json");
      TwoFiles.write(other, TwoFiles.read(files.chat2).replace("1.06", "1.07"));
      Files.move(other, files.chat2, StandardCopyOption.ATOMIC_MOVE);

      lookTwice(watch);

      assertThat(multiplier(watch, 1)).isEqualTo("1.07");
    }
  }

  @Test
  void fileThatIsBeingWrittenIsNotJudged() {
    try (PriceWatch watch = watch()) {
      String whole = TwoFiles.read(files.chat).replace("1.06", "1.07");
      for (int part = 1; part <= 8; part++) {
        TwoFiles.write(files.chat, whole.substring(0, whole.length() * part / 8));
        watch.look();
        assertThat(endpoint(watch, 0).path("problem").isNull()).isTrue();
      }
      watch.look();

      assertThat(multiplier(watch, 0)).isEqualTo("1.07");
      assertThat(told()).noneMatch(line -> line.startsWith("problem"));
    }
  }

  @Test
  void fileThatIsAwayForAMomentIsNotMissed() throws IOException {
    try (PriceWatch watch = watch()) {
      String text = TwoFiles.read(files.chat);
      Files.delete(files.chat);
      watch.look();
      TwoFiles.write(files.chat, text);
      lookTwice(watch);

      assertThat(endpoint(watch, 0).path("problem").isNull()).isTrue();
      assertThat(told()).noneMatch(line -> line.startsWith("problem"));
    }
  }

  @Test
  @DisplayName(
      "D2: a file that becomes bad leaves its last good prices, marked, and the other as is")
  void spoiltFile() {
    try (PriceWatch watch = watch()) {
      TwoFiles.change(files.chat2, "\"billing_multiplier\": 1.06", "\"billing_multiplyer\": 1.07");

      lookTwice(watch);

      JsonNode problem = endpoint(watch, 1).path("problem");
      assertThat(problem.path("since").stringValue()).isEqualTo(NOON.toString());
      assertThat(problem.path("message").stringValue())
          .contains("those that were read last")
          .doesNotContain(folder.toString(), ".json", "$");
      assertThat(multiplier(watch, 1)).isEqualTo("1.06");
      assertThat(endpoint(watch, 0).path("problem").isNull()).isTrue();
      assertThat(watch.isReady()).isTrue();
      JsonNode ready = JSON.readTree(watch.readyJson());
      assertThat(ready.path("degraded").stringValue()).isEqualTo("configuration");
      assertThat(ready.at("/endpoints/0/service").stringValue()).isEqualTo("goproxy-ohmygpt");
      assertThat(ready.path("problems").toString())
          .contains(files.chat2 + " $.models[0].billing_multiplier")
          .contains(files.chat2 + " $.models[2].billing_multiplyer");
    }
  }

  @Test
  void problemsAreToldOnceForEachChange() {
    try (PriceWatch watch = watch()) {
      TwoFiles.write(files.chat, "");
      lookTwice(watch);
      lookTwice(watch);
      assertThat(told()).filteredOn(line -> line.startsWith("problem: " + files.chat)).hasSize(1);

      TwoFiles.write(files.chat, "{");
      lookTwice(watch);
      assertThat(told()).filteredOn(line -> line.startsWith("problem: " + files.chat)).hasSize(2);
    }
  }

  @Test
  void problemLastsSinceItBeganAndEndsWithTheNextGoodFile() throws IOException {
    String good = TwoFiles.read(files.chat);
    try (PriceWatch watch = watch()) {
      TwoFiles.write(files.chat, "");
      lookTwice(watch);
      Files.delete(files.chat);
      lookTwice(watch);
      assertThat(endpoint(watch, 0).at("/problem/since").stringValue()).isEqualTo(NOON.toString());

      TwoFiles.write(files.chat, good.replace("1.08", "1.09"));
      lookTwice(watch);

      assertThat(endpoint(watch, 0).path("problem").isNull()).isTrue();
      assertThat(shown(watch)).contains("\"1.09\"");
      assertThat(watch.readyJson()).isEqualTo("{\"ready\":true}");
    }
  }

  @Test
  void fileThatIsBadFromTheStartHidesOnlyItsOwnEndpoint() throws IOException {
    Files.delete(files.chat2);
    try (PriceWatch watch = watch()) {
      JsonNode missing = endpoint(watch, 1);
      assertThat(missing.path("service").stringValue()).isEqualTo("goproxy-ohmygpt");
      assertThat(missing.path("domain").isNull()).isTrue();
      assertThat(missing.path("models")).isEmpty();
      assertThat(missing.at("/problem/message").stringValue()).contains("not known here");
      assertThat(multiplier(watch, 0)).isEqualTo("1.06");
      assertThat(watch.isReady()).isTrue();
      assertThat(told()).contains("problem: " + files.chat2 + ": does not exist");
    }
  }

  @Test
  void withoutAnyPricesItSaysSoAndIsNotReadyUntilThereAreSome() {
    String good = TwoFiles.read(files.chat);
    TwoFiles.write(files.chat, "{}");
    TwoFiles.write(files.chat2, "[]");
    try (PriceWatch watch = watch()) {
      assertThat(watch.isReady()).isFalse();
      assertThat(watch.readyJson()).startsWith("{\"ready\":false,\"reason\":\"configuration\"");
      assertThat(endpoint(watch, 0).path("problem").isObject()).isTrue();

      TwoFiles.write(files.chat, good);
      lookTwice(watch);

      assertThat(watch.isReady()).isTrue();
    }
  }

  @Test
  void whatIsWrongBetweenFilesIsToldOnceAndShowsNobodyAnything() {
    TwoFiles.change(files.chat2, "\"port\": 8005", "\"port\": 8004");
    try (PriceWatch watch = watch()) {
      TwoFiles.change(files.chat2, "1.06", "1.07");
      lookTwice(watch);

      assertThat(told())
          .filteredOn(line -> line.endsWith("8004 is already taken by " + files.chat + " $.port"))
          .hasSize(1);
      assertThat(watch.readyJson()).contains("\"degraded\"", "8004 is already taken by");
      assertThat(endpoint(watch, 1).path("problem").isNull()).isTrue();
    }
  }

  @Test
  void whatIsNoConfigurationAtAllIsNotRead() throws IOException {
    TwoFiles.write(files.chat, " ".repeat(1 << 21));
    Files.delete(files.chat2);
    Files.createSymbolicLink(files.chat2, Path.of("/dev/zero"));
    try (PriceWatch watch = watch()) {
      assertThat(told())
          .contains(
              "problem: " + files.chat + ": is larger than 1048576 bytes",
              "problem: " + files.chat2 + ": is not a file");
      assertThat(watch.isReady()).isFalse();
    }
  }

  @Test
  void warningsAreTold() {
    TwoFiles.change(files.chat, "\"billing_multiplier\": 1.08", "\"billing_multiplier\": 10.8");
    try (PriceWatch watch = watch()) {
      assertThat(told())
          .anyMatch(line -> line.startsWith("warning: " + files.chat + " $.models[3]"));
      assertThat(watch.readyJson()).isEqualTo("{\"ready\":true}");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  @DisplayName("D2: a change that could not be shown at once is shown by the next look that can")
  void failedLookIsMadeUpFor(boolean error) {
    try (PriceWatch watch = watch(this::written)) {
      TwoFiles.change(files.chat2, "1.06", "1.07");
      watch.lookSafely();
      failure = error ? PriceWatchTest::overflow : () -> Integer.parseInt("bug");
      for (int look = 0; look < 3; look++) {
        watch.lookSafely();
        assertThat(multiplier(watch, 1)).isEqualTo("1.06");
      }
      failure = () -> {};

      watch.lookSafely();

      assertThat(multiplier(watch, 1)).isEqualTo("1.07");
      assertThat(told())
          .containsOnlyOnce(
              "the price files cannot be looked at; what is shown stays as it is",
              "the price files are looked at again");
    }
  }

  private Published written(PriceSnapshot snapshot) {
    failure.run();
    return Published.of(snapshot);
  }

  private static void overflow() {
    throw new StackOverflowError("too deep");
  }

  @Test
  @DisplayName("D2: when the files could not be looked at for half a minute, it is not ready")
  void staleIsNotReady() {
    try (PriceWatch watch = watch(this::written)) {
      TwoFiles.change(files.chat2, "1.06", "1.07");
      watch.lookSafely();
      failure = () -> Integer.parseInt("bug");
      now = NOON.plusSeconds(30);
      watch.lookSafely();
      assertThat(watch.isReady()).isTrue();

      now = now.plusMillis(1);
      assertThat(watch.isReady()).isFalse();
      assertThat(watch.readyJson())
          .isEqualTo("{\"ready\":false,\"reason\":\"stale\",\"looked_at\":\"%s\"}".formatted(NOON));
      assertThat(multiplier(watch, 1)).isEqualTo("1.06");

      failure = () -> {};
      watch.lookSafely();
      assertThat(watch.isReady()).isTrue();
      assertThat(multiplier(watch, 1)).isEqualTo("1.07");
    }
  }
}
