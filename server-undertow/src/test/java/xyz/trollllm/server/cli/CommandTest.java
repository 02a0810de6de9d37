package xyz.trollllm.server.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Map;

/** Runs commands as the program would, without a process. */
abstract class CommandTest {

  /** What a command did. */
  record Run(int exitCode, String out, String err) {}

  static Run run(Map<String, String> environment, String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    Shell shell = new Shell(environment, new PrintWriter(out, true), new PrintWriter(err, true));
    int exitCode = GatewayCommand.run(shell, args);
    return new Run(exitCode, out.toString(), err.toString());
  }

  static Run run(String... args) {
    return run(Map.of(), args);
  }
}
