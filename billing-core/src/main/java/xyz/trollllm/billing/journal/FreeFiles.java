package xyz.trollllm.billing.journal;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Files of segments that nobody needs any more, kept to become the next ones. */
final class FreeFiles {
  private static final String END = ".free";
  private static final Pattern NAME = Pattern.compile("([0-9]{10})\\.journal\\.free");

  private FreeFiles() {}

  /** Takes the name from a segment by which readers look for it; returns the new one. */
  static Path free(Path segment) throws IOException {
    Path free = segment.resolveSibling(segment.getFileName() + END);
    Files.move(segment, free, ATOMIC_MOVE);
    return free;
  }

  /**
   * Those that hold records of another segment than the one they were: such a file had become that
   * segment, and a loss of power undid its name.
   */
  static List<SegmentFiles.Existing> misnamed(Path directory) throws IOException {
    List<SegmentFiles.Existing> found = new ArrayList<>();
    for (SegmentFiles.Existing free : SegmentFiles.matching(NAME, directory)) {
      try {
        long number = SegmentReader.numberOf(Files.readAllBytes(free.file()), free.number());
        if (number != free.number()) {
          found.add(new SegmentFiles.Existing(number, free.file()));
        }
      } catch (NoSuchFileException _) {
        // It just became a segment.
      }
    }
    return found;
  }

  /** Removes what the process before had kept, but for what was read as a segment. */
  static void delete(Path directory, List<SegmentFiles.Existing> read) throws IOException {
    Set<Path> kept = read.stream().map(SegmentFiles.Existing::file).collect(Collectors.toSet());
    for (SegmentFiles.Existing free : SegmentFiles.matching(NAME, directory)) {
      if (!kept.contains(free.file())) {
        Files.delete(free.file());
      }
    }
  }
}
