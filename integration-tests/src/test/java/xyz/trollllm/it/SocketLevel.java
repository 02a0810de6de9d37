package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.proxy.wire.Framings;
import xyz.trollllm.server.vectors.Replay;
import xyz.trollllm.server.vectors.ReplayingUpstream;
import xyz.trollllm.server.vectors.VectorCase;
import xyz.trollllm.server.vectors.VectorCase.Need;
import xyz.trollllm.server.vectors.VectorRun;

/** A gateway, or a part of one, between real sockets. Used by one thread. */
final class SocketLevel implements VectorLevel {
  private static final int CREDIT = 100;
  private static final BigDecimal EXACT = BigDecimal.ZERO;

  private final String name;
  private final VectorInstance.Maker maker;
  private final int cuts;
  private final long seed;
  private final ReplayingUpstream upstream =
      ReplayingUpstream.listen(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  private final Map<Arrangement, VectorInstance> instances = new HashMap<>();

  /** How an instance has to be arranged for a case. */
  private enum Arrangement {
    AS_PUBLISHED,
    TLS_UPSTREAM,
    INCLUSIVE_USAGE,
    /** Its circuit breaker opens. */
    BROKEN_UPSTREAM
  }

  /**
   * @param cuts in how many ways each event stream is cut
   * @param seed of the cuts
   */
  SocketLevel(String name, VectorInstance.Maker maker, int cuts, long seed) {
    this.name = name;
    this.maker = maker;
    this.cuts = cuts;
    this.seed = seed;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean observes(VectorCase vectorCase) {
    return true;
  }

  @Override
  public List<String> run(VectorCase vectorCase) {
    VectorInstance.User user = user(vectorCase);
    return new VectorRun(user.gateway(), upstream, values(user), true, EXACT).run(vectorCase);
  }

  /** Each framing once, single bytes, and many cuts; all of them must cost the same. */
  @Override
  public List<String> runReframed(VectorCase vectorCase) {
    VectorInstance.User user = user(vectorCase);
    VectorRun run = new VectorRun(user.unwatched(), upstream, values(user), true, EXACT);
    List<String> differences = new ArrayList<>();
    int requests = 0;
    String stream = new String(body(vectorCase), UTF_8);
    for (var framing : Framings.all().entrySet()) {
      if (changesTheEnd(framing.getKey(), vectorCase)) {
        continue;
      }
      byte[] framed = framing.getValue().apply(stream).getBytes(UTF_8);
      Replay replay = Replay.of(vectorCase, framed);
      byte[] expected = expected(vectorCase, framing.getKey(), framed);
      run.run(vectorCase, replay, expected)
          .forEach(difference -> differences.add(framing.getKey() + ": " + difference));
      requests++;
    }
    run.run(vectorCase, singleBytes(vectorCase), vectorCase.expectedBody())
        .forEach(difference -> differences.add("single bytes: " + difference));
    requests++;
    requests += runCut(run, vectorCase, differences);
    BigDecimal charge = vectorCase.expect().charge().setScale(9, RoundingMode.HALF_UP);
    differences.addAll(user.awaitSpent(spent(vectorCase, charge, requests)));
    return differences;
  }

  private int runCut(VectorRun run, VectorCase vectorCase, List<String> differences) {
    SplittableRandom random = new SplittableRandom(seed + vectorCase.toString().hashCode());
    byte[] body = body(vectorCase);
    for (int i = 0; i < cuts; i++) {
      int[] places = Framings.cuts(random, body.length);
      run.run(vectorCase, Replay.of(vectorCase, body, places), vectorCase.expectedBody())
          .forEach(difference ->
              differences.add("cut at " + Arrays.toString(places) + ": " + difference));
    }
    return cuts;
  }

  private static Map<CreditField, BigDecimal> spent(
      VectorCase vectorCase, BigDecimal charge, int requests) {
    String field = vectorCase.expect().creditField();
    Map<CreditField, BigDecimal> spent = new HashMap<>();
    for (CreditField each : CreditField.values()) {
      if (each.balanceField().equals(field)) {
        spent.put(each, charge.multiply(BigDecimal.valueOf(requests)));
      }
    }
    return spent;
  }

  /** An upstream that breaks off behind half an event breaks off in another way. */
  private static boolean changesTheEnd(String framing, VectorCase vectorCase) {
    return vectorCase.cut() && framing.equals("no final blank line");
  }

  /** What the client must get of a framed stream; null where the edit of it is another one. */
  private static byte @Nullable [] expected(VectorCase vectorCase, String name, byte[] framed) {
    if (vectorCase.client() != null) {
      return null;
    }
    return name.equals(Framings.BYTE_ORDER_MARK) ? body(vectorCase) : framed;
  }

  private static Replay singleBytes(VectorCase vectorCase) {
    return new Replay.Answers(
        Objects.requireNonNull(vectorCase.answer()),
        Replay.single(body(vectorCase)),
        vectorCase.cut());
  }

  private static byte[] body(VectorCase vectorCase) {
    return Objects.requireNonNull(vectorCase.answer()).body();
  }

  private VectorInstance.User user(VectorCase vectorCase) {
    VectorInstance instance = instance(vectorCase);
    return vectorCase.needs().contains(Need.EMPTY_CREDIT)
        ? instance.newUser(10, 0)
        : instance.newUser(CREDIT, CREDIT);
  }

  private static Map<String, String> values(VectorInstance.User user) {
    return Map.of(
        "host", "gateway", "key", user.key(), "empty_key", user.key(), "unknown_key", "sk-nobody");
  }

  private VectorInstance instance(VectorCase vectorCase) {
    Arrangement arrangement = arrangement(vectorCase);
    return instances.computeIfAbsent(
        arrangement,
        _ -> {
          PublishedBook book =
              arrangement == Arrangement.INCLUSIVE_USAGE
                  ? PublishedBook.withInclusiveUsage()
                  : PublishedBook.asPublished();
          boolean tls = arrangement == Arrangement.TLS_UPSTREAM;
          return maker.start(book, book.environment(upstream.url(), tls));
        });
  }

  private static Arrangement arrangement(VectorCase vectorCase) {
    if (vectorCase.needs().contains(Need.TLS_UPSTREAM)) {
      return Arrangement.TLS_UPSTREAM;
    }
    if (vectorCase.needs().contains(Need.INCLUSIVE_USAGE)) {
      return Arrangement.INCLUSIVE_USAGE;
    }
    return vectorCase.needs().contains(Need.CIRCUIT_BREAKER)
        ? Arrangement.BROKEN_UPSTREAM
        : Arrangement.AS_PUBLISHED;
  }

  @Override
  public void close() {
    instances.values().forEach(VectorInstance::close);
    upstream.close();
  }
}
