package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import xyz.trollllm.server.vectors.VectorCase.Need;

/** Puts vectors to any gateway at a URL. Used by one thread. */
public final class VectorSuite {
  private static final String LEVEL = "gateway";

  private final SocketClient client;
  private final ChargeReading charges;
  private final ReplayingUpstream upstream;
  private final Map<String, String> values;
  private final Set<Need> arranged;
  private final BigDecimal tolerance;

  /**
   * @param values what the placeholders of requests stand for
   * @param arranged what has been arranged at the gateway; cases that need more are not run
   * @param tolerance by how many dollars a charge may differ
   */
  public VectorSuite(
      SocketClient client,
      ChargeReading charges,
      ReplayingUpstream upstream,
      Map<String, String> values,
      Set<Need> arranged,
      BigDecimal tolerance) {
    this.client = client;
    this.charges = charges;
    this.upstream = upstream;
    this.values = Map.copyOf(values);
    this.arranged = Set.copyOf(arranged);
    this.tolerance = tolerance;
  }

  /**
   * Runs the vectors, those with an upstream in trouble last, since a gateway may then leave the
   * upstream alone for a while.
   */
  public Matrix run(List<Vector> vectors) {
    Matrix matrix = new Matrix(List.of(LEVEL));
    vectors.stream()
        .sorted(Comparator.comparing(VectorSuite::hasTrouble))
        .forEach(vector -> matrix.put(vector.id(), LEVEL, run(vector)));
    return matrix;
  }

  private static boolean hasTrouble(Vector vector) {
    return vector.cases().stream()
        .anyMatch(vectorCase -> vectorCase.upstream() != VectorCase.Upstream.ANSWERS);
  }

  private Verdict run(Vector vector) {
    List<String> differences = new ArrayList<>();
    Set<Need> missing = new HashSet<>();
    int run = 0;
    for (VectorCase vectorCase : vector.cases()) {
      Set<Need> needs = new HashSet<>(vectorCase.needs());
      needs.removeAll(arranged);
      missing.addAll(needs);
      if (needs.isEmpty()) {
        run++;
        String prefix = vectorCase.name().isEmpty() ? "" : vectorCase.name() + ": ";
        run(vectorCase).forEach(difference -> differences.add(prefix + difference));
      }
    }
    if (!differences.isEmpty() || missing.isEmpty()) {
      return Verdict.of(differences);
    }
    return new Verdict.NotRun(
        "%d of %d cases run without a difference; the others need --with %s"
            .formatted(run, vector.cases().size(), names(missing)));
  }

  private List<String> run(VectorCase vectorCase) {
    Gateway gateway =
        new Gateway() {
          @Override
          public Answered send(HttpText request) throws IOException {
            return client.send(request);
          }

          @Override
          public Watch watch() {
            return charges.begin();
          }
        };
    return new VectorRun(gateway, upstream, values, false, tolerance).run(vectorCase);
  }

  private static String names(Set<Need> needs) {
    return new TreeSet<>(needs)
        .stream()
            .map(need -> need.name().toLowerCase(Locale.ROOT).replace('_', '-'))
            .collect(Collectors.joining(","));
  }

  /** Whether a vector failed. */
  public static boolean failed(Matrix matrix, List<Vector> vectors) {
    return vectors.stream()
        .map(vector -> matrix.at(vector.id(), LEVEL))
        .anyMatch(verdict -> verdict.orElse(null) instanceof Verdict.Failed);
  }
}
