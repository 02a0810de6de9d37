package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Cost;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.AnswerMeters;
import xyz.trollllm.proxy.wire.Framings;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.server.vectors.Expectation;
import xyz.trollllm.server.vectors.HttpText;
import xyz.trollllm.server.vectors.VectorCase;

/** The part that reads usage out of answers, with the prices behind it and nothing else. */
final class ScannerLevel implements VectorLevel {
  private final PublishedBook book = PublishedBook.asPublished();

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
    same(where + "usage", expect.usage(), counts(metered.usage()), differences);
    same(
        where + "basis",
        expect.basis(),
        metered.basis().name().toLowerCase(Locale.ROOT),
        differences);
    Cost cost = PriceBook.of(book.config()).cost(book.model(vectorCase), metered.usage());
    Set<String> flags = new TreeSet<>(metered.flags());
    flags.addAll(cost.flags());
    same(where + "flags", new TreeSet<>(expect.flags()), flags, differences);
    same(where + "served model", expect.servedModel(), metered.servedModel(), differences);
    same(where + "charge", new Usd(expect.charge()), cost.total(), differences);
  }

  /** Counts by the names that the vectors give them. */
  static Map<String, Long> counts(TokenUsage usage) {
    Map<String, Long> counts = new HashMap<>(counts("", usage.counts()));
    counts.put("web", usage.webSearches());
    counts.put("fetch", usage.webFetches());
    usage
        .subInferences()
        .forEach(inference -> counts.putAll(counts(inference.kind() + ".", inference.counts())));
    return counts;
  }

  private static Map<String, Long> counts(String prefix, TokenCounts counts) {
    return Map.of(
        prefix + "in", counts.input(),
        prefix + "w5", counts.cacheWrite5m(),
        prefix + "w1", counts.cacheWrite1h(),
        prefix + "cr", counts.cacheHit(),
        prefix + "out", counts.output());
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
