package xyz.trollllm.server.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorFolderTest {
  private static final Path FOLDER =
      Path.of(System.getProperty("basedir", ".")).resolve("../vectors");

  @Test
  void allOfThePublishedVectorsArePackaged() {
    List<String> packaged = VectorFolder.packaged().stream().map(Vector::id).toList();

    assertThat(packaged)
        .containsExactlyElementsOf(VectorFolder.read(FOLDER).stream().map(Vector::id).toList())
        .containsAll(IntStream.rangeClosed(1, 49).mapToObj("V%02d"::formatted).toList());
  }

  @Test
  void readmeTellsEveryVectorAndWhatItCosts() throws IOException {
    List<String> readme = Files.readAllLines(FOLDER.resolve("README.md"));

    for (Vector vector : VectorFolder.read(FOLDER)) {
      String row =
          "| [%s](%s) | **%s.** %s | %s |"
              .formatted(vector.id(), vector.id(), vector.title(), vector.about(), charges(vector));
      assertThat(readme).contains(row);
    }
  }

  private static String charges(Vector vector) {
    return String.join(
        ", ",
        vector.cases().stream()
            .map(vectorCase -> vectorCase.expect().charge().toPlainString())
            .distinct()
            .toList());
  }

  @Test
  void fieldThatPaysIsNamedWheneverSomethingIsCharged() {
    assertThat(VectorFolder.read(FOLDER))
        .flatMap(Vector::cases)
        .filteredOn(vectorCase -> vectorCase.expect().charge().signum() > 0)
        .allSatisfy(vectorCase -> {
          assertThat(vectorCase.expect().creditField()).isIn("credits", "creditsNew");
          assertThat(vectorCase.expect().entries()).isEqualTo(1);
        });
  }
}
