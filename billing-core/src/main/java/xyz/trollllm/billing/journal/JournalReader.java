package xyz.trollllm.billing.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what a journal says, without changing anything. Used by one thread. */
public final class JournalReader {
  /** Of a directory whose process has other files every time. */
  private static final int MOST_READS = 10;

  private final Map<String, JournalRecord> latest = new HashMap<>();
  private final List<SegmentFiles.Existing> segments = new ArrayList<>();
  private int damaged;
  private int unreadable;

  private JournalReader() {}

  /** How the bytes of a file are had. */
  @FunctionalInterface
  interface Bytes {
    byte[] of(Path file) throws IOException;
  }

  /**
   * What the journal in {@code directory} says. May be asked while its process runs: then requests
   * under way are among those open, and some may just be ending.
   *
   * @throws IOException if the directory cannot be read
   */
  public static JournalContents contents(Path directory) throws IOException {
    return contents(directory, Files::readAllBytes);
  }

  static JournalContents contents(Path directory, Bytes bytes) throws IOException {
    JournalReader reader = read(directory, bytes);
    for (int reads = 1;
        reads < MOST_READS && !reader.segments.equals(SegmentFiles.list(directory));
        reads++) {
      reader = read(directory, bytes); // what was open in one that went stands in a newer one
    }
    return new JournalContents(
        reader.openRecords().stream().map(JournalRecord::open).toList(),
        reader.damaged,
        reader.unreadable,
        SegmentFiles.putAsideIn(directory).size());
  }

  static JournalReader read(Path directory) throws IOException {
    return read(directory, Files::readAllBytes);
  }

  private static JournalReader read(Path directory, Bytes bytes) throws IOException {
    JournalReader reader = new JournalReader();
    for (SegmentFiles.Existing segment : SegmentFiles.list(directory)) {
      reader.segments.add(segment);
      try {
        byte[] all = bytes.of(segment.file());
        if (Files.exists(segment.file())) { // else it may have become another one meanwhile
          reader.damaged += SegmentReader.read(segment.number(), all, reader::add);
        }
      } catch (NoSuchFileException _) {
        // Deleted since it was listed: nobody needs it.
      }
    }
    return reader;
  }

  private void add(byte[] payload) {
    try {
      JournalRecord record = JournalRecord.read(payload);
      if (record.kind() != RecordKind.END) {
        record.open();
      }
      latest.merge(
          record.requestId(), record, (one, other) -> one.number() > other.number() ? one : other);
    } catch (MalformedRecordException _) {
      unreadable++;
    }
  }

  /** The last record of every open request. */
  List<JournalRecord> openRecords() {
    return latest.values().stream().filter(record -> record.kind() != RecordKind.END).toList();
  }

  /** The highest number of any record; 0 if there is none. */
  long highestNumber() {
    return latest.values().stream().mapToLong(JournalRecord::number).max().orElse(0);
  }

  /** The segments that were read, oldest first. */
  List<SegmentFiles.Existing> segments() {
    return segments;
  }

  /** Whether there was nothing that could not be read. */
  boolean isWhole() {
    return damaged == 0 && unreadable == 0;
  }

  /** Records that are not whole. */
  int damaged() {
    return damaged;
  }

  /** Whole records that this version does not understand. */
  int unreadable() {
    return unreadable;
  }
}
