package xyz.trollllm.server.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.util.Map;

/** What a command is given by whoever starts it. */
public record Shell(Map<String, String> environment, PrintWriter out, PrintWriter err) {
  public Shell {
    environment = Map.copyOf(environment);
  }

  /** That of this process. */
  public static Shell ofProcess() {
    return new Shell(System.getenv(), writer(System.out), writer(System.err));
  }

  private static PrintWriter writer(PrintStream stream) {
    return new PrintWriter(stream, true, stream.charset());
  }
}
