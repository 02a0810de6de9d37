package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.CostCalculator;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.AnswerMeters;
import xyz.trollllm.proxy.wire.Framings;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.server.vectors.Expectation;
import xyz.trollllm.server.vectors.HttpText;
import xyz.trollllm.server.vectors.VectorCase;

/** The part that reads usage out of answers, with the prices behind it and nothing else. */
final class ScannerLevel implements VectorLevel {
  private final PriceBook book = PriceBook.asPublished();

  @Override
  public String name() {
    return "scanner";
  }

  /** It reads answers that are not compressed; decoding is not its business. */
  @Override
  public boolean observes(VectorCase vectorCase) {
    return vectorCase.isMetered() && !answer(vectorCase).isEncoded();
  }

  @Override
  public List<String> run(VectorCase vectorCase) {
    List<String> differences = new ArrayList<>();
    byte[] body = answer(vectorCase).body();
    compare(vectorCase, "", metered(vectorCase, body, body.length), differences);
    compare(vectorCase, "byte by byte: ", metered(vectorCase, body, 1), differences);
    return differences;
  }

  /** Every place to cut is tried in the tests of proxy-core; here the charge is looked at, too. */
  @Override
  public List<String> runReframed(VectorCase vectorCase) {
    List<String> differences = new ArrayList<>();
    String stream = new String(answer(vectorCase).body(), UTF_8);
    Framings.all()
        .forEach((name, framing) -> {
          byte[] body = framing.apply(stream).getBytes(UTF_8);
          compare(vectorCase, name + ": ", metered(vectorCase, body, body.length), differences);
          compare(vectorCase, name + ", byte by byte: ", metered(vectorCase, body, 1), differences);
        });
    return differences;
  }

  private Metered metered(VectorCase vectorCase, byte[] body, int pieceLength) {
    AnswerMeter meter =
        AnswerMeters.of(
            book.api(vectorCase),
            answer(vectorCase).isEventStream(),
            book.semantics(vectorCase),
            vectorCase.request().body().length);
    for (int at = 0; at < body.length; at += pieceLength) {
      meter.observe(ByteBuffer.wrap(body, at, Math.min(pieceLength, body.length - at)));
    }
    return meter.usage();
  }

  private void compare(
      VectorCase vectorCase, String where, Metered metered, List<String> differences) {
    Expectation expect = vectorCase.expect();
    Map<String, Long> expected = new HashMap<>();
    Expectation.COUNTS.forEach(name -> expected.put(name, expect.usage().getOrDefault(name, 0L)));
    same(where + "usage", expected, counts(metered.usage()), differences);
    same(
        where + "basis",
        expect.basis(),
        metered.basis().name().toLowerCase(Locale.ROOT),
        differences);
    same(where + "flags", new TreeSet<>(expect.flags()), metered.flags(), differences);
    same(where + "served model", expect.servedModel(), metered.servedModel(), differences);
    ModelConfig model = book.model(vectorCase);
    BigDecimal charge = CostCalculator.cost(metered.usage(), model.pricing()).total().amount();
    same(where + "charge", new Usd(expect.charge()).amount(), charge, differences);
  }

  /** Counts by the names that the vectors give them. */
  static Map<String, Long> counts(TokenUsage usage) {
    return Map.of(
        "in", usage.counts().input(),
        "w5", usage.counts().cacheWrite5m(),
        "w1", usage.counts().cacheWrite1h(),
        "cr", usage.counts().cacheHit(),
        "out", usage.counts().output(),
        "web", usage.webSearches(),
        "fetch", usage.webFetches());
  }

  private static void same(
      String what, @Nullable Object expected, @Nullable Object actual, List<String> differences) {
    if (!Objects.equals(expected, actual)) {
      differences.add("%s: expected %s, was %s".formatted(what, expected, actual));
    }
  }

  private static HttpText answer(VectorCase vectorCase) {
    return Objects.requireNonNull(vectorCase.answer());
  }

  @Override
  public void close() {}
}
