package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/** Reads the published vectors. */
public final class VectorFolder {
  private static final String PACKAGED = "/vectors/price-book.json";

  private VectorFolder() {}

  /** The vectors that come with this program, in order. */
  public static List<Vector> packaged() {
    URL book = Objects.requireNonNull(VectorFolder.class.getResource(PACKAGED));
    try {
      URI file = book.toURI();
      if (!"jar".equals(file.getScheme())) {
        return read(Objects.requireNonNull(Path.of(file).getParent()));
      }
      try (FileSystem jar = FileSystems.newFileSystem(file, Map.of())) {
        return read(jar.getPath("vectors"));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * The vectors of a folder, in order of their names.
   *
   * @throws UncheckedIOException if a file that a vector names is missing
   */
  public static List<Vector> read(Path folder) {
    List<Path> found = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      entries.filter(entry -> Files.exists(entry.resolve("vector.json"))).forEach(found::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return found.stream().sorted().map(VectorReader::read).toList();
  }
}
