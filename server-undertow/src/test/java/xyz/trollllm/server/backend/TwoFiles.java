package xyz.trollllm.server.backend;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Copies of two shipped files that a test may spoil. */
final class TwoFiles {
  static final Path SHIPPED = Path.of("..", "deploy", "goproxy");

  final Path chat;
  final Path chat2;

  TwoFiles(Path folder) throws IOException {
    chat = copy(folder, "config-openhands-prod.json");
    chat2 = copy(folder, "config-ohmygpt-prod.json");
  }

  private static Path copy(Path folder, String name) throws IOException {
    return Files.copy(SHIPPED.resolve(name), folder.resolve(name));
  }

  List<EndpointFile> sources() {
    return EndpointFile.of(chat, chat2);
  }

  static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Replaces text in a file, in place. */
  static void change(Path file, String what, String into) {
    String text = read(file);
    assertThat(text).contains(what);
    write(file, text.replace(what, into));
  }
}
