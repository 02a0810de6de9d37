package xyz.trollllm.billing.journal;

import static java.nio.file.StandardCopyOption.ATOMIC_MOVE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.READ;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The segments of a journal in its directory, which only their owner may read. */
final class SegmentFiles implements SegmentAllocator {
  private static final Pattern NAME = Pattern.compile("([0-9]{10})\\.journal");
  private static final int PIECE = 1 << 16;

  private final Path directory;
  private final int segmentBytes;

  SegmentFiles(Path directory, int segmentBytes) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
  }

  /** A file of the directory that is a segment. */
  record Existing(long number, Path file) {}

  /** The segments there are, oldest first. */
  static List<Existing> list(Path directory) throws IOException {
    List<Existing> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          found.add(new Existing(Long.parseLong(name.group(1)), file));
        }
      }
    }
    found.sort(Comparator.comparingLong(Existing::number));
    return found;
  }

  /** Creates a directory that only its owner may enter, unless it exists. */
  static void createDirectory(Path directory) throws IOException {
    Files.createDirectories(directory, owners(directory, "rwx------"));
  }

  /**
   * Every byte is written, first to the file and then through its mapping: a disk that is full says
   * so here, where it is an exception, and the first record meets no missing page.
   */
  @Override
  public Segment create(long number) throws IOException {
    Path file = directory.resolve("%010d.journal".formatted(number));
    try (FileChannel channel =
        FileChannel.open(file, Set.of(CREATE_NEW, READ, WRITE), owners(directory, "rw-------"))) {
      for (long at = 0; at < segmentBytes; ) {
        at += channel.write(ByteBuffer.allocate((int) Math.min(PIECE, segmentBytes - at)), at);
      }
      channel.force(true);
      Arena arena = Arena.ofShared();
      MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, segmentBytes, arena);
      memory.fill((byte) 0);
      return new Segment(number, file, arena, memory);
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** Keeps a segment that cannot be read whole, where no journal reads it again. */
  static void putAside(Path file) throws IOException {
    Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"), ATOMIC_MOVE);
  }

  /** None where the file system knows no such permissions. */
  static FileAttribute<?>[] owners(Path directory, String permissions) {
    boolean posix = directory.getFileSystem().supportedFileAttributeViews().contains("posix");
    Set<PosixFilePermission> only = PosixFilePermissions.fromString(permissions);
    return posix
        ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(only)}
        : new FileAttribute<?>[0];
  }
}
