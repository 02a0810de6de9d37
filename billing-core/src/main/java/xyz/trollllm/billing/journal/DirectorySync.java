package xyz.trollllm.billing.journal;

import static java.nio.file.StandardOpenOption.READ;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * Makes the names in a directory survive a loss of power. A file that is forced to the disk has its
 * bytes there, but not yet its name.
 */
@FunctionalInterface
interface DirectorySync {
  /** For a journal that has to survive a loss of power: a disk that refuses it is an error. */
  DirectorySync REQUIRED = DirectorySync::forceNames;

  /** For one that need not: file systems that know no such thing will do. */
  DirectorySync WELCOME =
      directory -> {
        try {
          forceNames(directory);
        } catch (IOException _) {
          // Nobody relies on it.
        }
      };

  /**
   * Returns when what was created, renamed or removed in {@code directory} is on the disk.
   *
   * @throws IOException if it may not be
   */
  void force(Path directory) throws IOException;

  /** What a journal with these options needs. */
  static DirectorySync of(JournalOptions options) {
    return options.syncEvery().isPositive() ? REQUIRED : WELCOME;
  }

  private static void forceNames(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, READ)) {
      channel.force(true);
    }
  }
}
