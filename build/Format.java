import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import com.google.googlejavaformat.java.ImportOrderer;
import com.google.googlejavaformat.java.JavaFormatterOptions;
import com.google.googlejavaformat.java.RemoveUnusedImports;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks ("check") or establishes ("write") google-java-format in every .java file below a folder. */
final class Format {
  public static void main(String[] args) throws Exception {
    boolean write = args[0].equals("write");
    Formatter formatter = new Formatter();
    List<Path> unformatted = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      Path root = Path.of(args[i]);
      if (!Files.exists(root)) {
        continue;
      }
      List<Path> sources;
      try (var files = Files.walk(root)) {
        sources = files.filter(Format::isSource).sorted().toList();
      }
      for (Path source : sources) {
        String before = Files.readString(source);
        String ordered =
            ImportOrderer.reorderImports(before, JavaFormatterOptions.Style.GOOGLE);
        String after;
        try {
          after = formatter.formatSource(RemoveUnusedImports.removeUnusedImports(ordered));
        } catch (FormatterException notJava) {
          System.err.println(source + ":" + notJava.getMessage());
          System.exit(1);
          return;
        }
        if (!after.equals(before)) {
          unformatted.add(source);
          if (write) {
            Files.writeString(source, after);
          }
        }
      }
    }
    if (!write && !unformatted.isEmpty()) {
      unformatted.forEach(source -> System.err.println("not formatted: " + source));
      System.err.println("Run: mvn -N process-sources -Dformat.mode=write");
      System.exit(1);
    }
  }

  /** Java files of modules: not what is built, and not this file, which belongs to none. */
  private static boolean isSource(Path file) {
    String path = file.toString();
    return path.endsWith(".java") && path.contains("/src/") && !path.contains("/target/");
  }
}
