package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import xyz.trollllm.server.vectors.Matrix;
import xyz.trollllm.server.vectors.Vector;
import xyz.trollllm.server.vectors.VectorCase;
import xyz.trollllm.server.vectors.VectorFolder;
import xyz.trollllm.server.vectors.Verdict;

/** Every published vector at every level at which it has something to observe. */
final class VectorsIT {
  /** Where the matrix is written to; printed when all tests are over. */
  static final Path MATRIX = Path.of("target", "vector-matrix.txt");

  private static final long SEED = Long.getLong("vectors.seed", System.nanoTime());

  /** V49 is nothing but one stream in eight framings. */
  private static final int FRAMED_ALREADY = 8;

  /** The server has the core in it; what the core alone adds shows in fewer cuts. */
  private static final int CORE_SHARE = 10;

  private static final int CUTS = Integer.getInteger("vectors.cuts", 500);

  private final List<Vector> vectors = VectorFolder.read(PublishedBook.VECTORS);

  @TestFactory
  Stream<DynamicNode> vectors() {
    Store store = Store.start();
    List<VectorLevel> levels =
        List.of(
            new ScannerLevel(),
            new SocketLevel("core", CoreInstance::new, CUTS / CORE_SHARE, SEED),
            new SocketLevel(
                "server",
                (book, environment) -> new ServerInstance(store, book, environment),
                CUTS,
                SEED));
    Matrix matrix = new Matrix(levels.stream().map(VectorLevel::name).toList());
    Stream<DynamicNode> runs = levels.stream().map(level -> container(level, matrix));
    Stream<DynamicNode> end =
        Stream.of(
            DynamicTest.dynamicTest(
                "no cell of the matrix is missing",
                () -> {
                  levels.forEach(VectorLevel::close);
                  store.close();
                  write(matrix);
                  assertComplete(matrix, levels);
                }));
    return Stream.concat(runs, end);
  }

  private DynamicContainer container(VectorLevel level, Matrix matrix) {
    return DynamicContainer.dynamicContainer(
        level.name(),
        vectors.stream()
            .map(vector ->
                DynamicTest.dynamicTest(
                    vector.id() + ": " + vector.title(),
                    () -> {
                      Verdict verdict = run(vector, level);
                      matrix.put(vector.id(), level.name(), verdict);
                      assertThat(verdict).isNotInstanceOf(Verdict.Failed.class);
                    })));
  }

  private static Verdict run(Vector vector, VectorLevel level) {
    List<VectorCase> observed = vector.cases().stream().filter(level::observes).toList();
    if (observed.isEmpty()) {
      String reason = vector.nothingAt().get(level.name());
      return reason == null
          ? new Verdict.Failed(List.of("nothing was observed, and no reason is given"))
          : new Verdict.NotRun(reason);
    }
    if (vector.nothingAt().containsKey(level.name())) {
      return new Verdict.Failed(
          List.of("there is something to observe, though the file denies it"));
    }
    List<String> differences = new ArrayList<>();
    for (VectorCase vectorCase : observed) {
      try {
        differences.addAll(named(vectorCase, level.run(vectorCase)));
        if (vectorCase.isEventStream() && vector.cases().size() < FRAMED_ALREADY) {
          differences.addAll(named(vectorCase, level.runReframed(vectorCase)));
        }
      } catch (RuntimeException | AssertionError e) {
        differences.add(vectorCase + ": " + e);
      }
    }
    return verdict(vector, differences);
  }

  private static List<String> named(VectorCase vectorCase, List<String> differences) {
    return differences.stream()
        .filter(difference -> Pending.FRAMINGS.keySet().stream().noneMatch(difference::startsWith))
        .map(difference ->
            vectorCase.name().isEmpty() ? difference : vectorCase.name() + ": " + difference)
        .toList();
  }

  private static Verdict verdict(Vector vector, List<String> differences) {
    return Pending.feature(vector.id())
        .filter(_ -> !differences.isEmpty())
        .<Verdict>map(feature -> new Verdict.Pending(feature, differences))
        .orElseGet(() -> Verdict.of(differences));
  }

  private void write(Matrix matrix) throws IOException {
    String text =
        "Vectors, %d cuts of each event stream at the server, seed %d (-Dvectors.seed=%d)%n%n%s"
            .formatted(CUTS, SEED, SEED, matrix.render(vectors));
    Files.writeString(MATRIX, text);
  }

  /** What has something to observe was observed, and nothing that is pending passes already. */
  private void assertComplete(Matrix matrix, List<VectorLevel> levels) {
    for (Vector vector : vectors) {
      for (VectorLevel level : levels) {
        assertThat(matrix.at(vector.id(), level.name())).as("%s at %s", vector, level).isPresent();
      }
      if (Pending.feature(vector.id()).isPresent()) {
        assertThat(levels)
            .as("%s passes, take it out of Pending", vector)
            .anyMatch(level ->
                matrix.at(vector.id(), level.name()).orElseThrow() instanceof Verdict.Pending);
      }
    }
  }
}
