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
import java.util.Objects;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The segments of a journal in its directory, which only their owner may read. */
final class SegmentFiles implements SegmentAllocator {
  private static final Pattern NAME = Pattern.compile("([0-9]{10})\\.journal");
  private static final String DAMAGED = ".damaged";
  private static final int PIECE = 1 << 16;

  private final Path directory;
  private final int segmentBytes;
  private final DirectorySync sync;

  SegmentFiles(Path directory, int segmentBytes, DirectorySync sync) {
    this.directory = directory;
    this.segmentBytes = segmentBytes;
    this.sync = sync;
  }

  static SegmentFiles of(JournalOptions options) {
    return new SegmentFiles(options.directory(), options.segmentBytes(), DirectorySync.of(options));
  }

  /** A file of the directory that is a segment. */
  record Existing(long number, Path file) {}

  /** The segments there are, oldest first; also those that lost their name with the power. */
  static List<Existing> list(Path directory) throws IOException {
    List<Existing> found = matching(NAME, directory);
    found.addAll(FreeFiles.misnamed(directory));
    found.sort(Comparator.comparingLong(Existing::number));
    return found;
  }

  /** The files of such names, by the number in them. */
  static List<Existing> matching(Pattern names, Path directory) throws IOException {
    List<Existing> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory)) {
      for (Path file : files) {
        Matcher name = names.matcher(file.getFileName().toString());
        if (name.matches()) {
          found.add(new Existing(Long.parseLong(name.group(1)), file));
        }
      }
    }
    return found;
  }

  /** Creates a directory that only its owner may enter, unless it exists. */
  static void createDirectory(Path directory, DirectorySync sync) throws IOException {
    List<Path> changed = new ArrayList<>();
    for (Path at = directory.toAbsolutePath(); !Files.exists(at); ) {
      at = Objects.requireNonNull(at.getParent(), "the root exists");
      changed.add(at);
    }
    Files.createDirectories(directory, owners(directory, "rwx------"));
    for (Path parent : changed) {
      sync.force(parent);
    }
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
      return named(zeros(number, file, channel));
    } catch (IOException e) {
      Files.deleteIfExists(file);
      throw e;
    }
  }

  @Override
  public Segment reuse(Path free, long number) throws IOException {
    Path file = directory.resolve("%010d.journal".formatted(number));
    try (FileChannel channel = FileChannel.open(free, READ, WRITE)) {
      channel.truncate(segmentBytes);
      Segment segment = zeros(number, file, channel);
      Files.move(free, file, ATOMIC_MOVE);
      return named(segment);
    } catch (IOException e) {
      Files.deleteIfExists(free);
      Files.deleteIfExists(file);
      throw e;
    }
  }

  /** Has the name on the disk before any record can be. */
  private Segment named(Segment segment) throws IOException {
    try {
      sync.force(directory);
      return segment;
    } catch (IOException e) {
      segment.close();
      throw e;
    }
  }

  private Segment zeros(long number, Path file, FileChannel channel) throws IOException {
    for (long at = 0; at < segmentBytes; ) {
      at += channel.write(ByteBuffer.allocate((int) Math.min(PIECE, segmentBytes - at)), at);
    }
    channel.force(true);
    Arena arena = Arena.ofShared();
    MemorySegment memory = channel.map(MapMode.READ_WRITE, 0, segmentBytes, arena);
    memory.fill((byte) 0);
    return new Segment(number, file, arena, memory);
  }

  static void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  /** Keeps a segment that cannot be read whole, where no journal reads it again. */
  static void putAside(Path file) throws IOException {
    Files.move(file, file.resolveSibling(file.getFileName() + DAMAGED), ATOMIC_MOVE);
  }

  /** The files that were put aside. */
  static List<Path> putAsideIn(Path directory) throws IOException {
    List<Path> found = new ArrayList<>();
    try (var files = Files.newDirectoryStream(directory, "*" + DAMAGED)) {
      files.forEach(found::add);
    }
    return found;
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
