package xyz.trollllm.server;

import xyz.trollllm.server.cli.GatewayCommand;
import xyz.trollllm.server.cli.Shell;
import xyz.trollllm.server.logging.Diagnostics;

/** Where the program starts. */
public final class Main {
  private Main() {}

  public static void main(String[] args) {
    int exitCode = GatewayCommand.run(Shell.ofProcess(), args);
    Diagnostics.stop();
    System.exit(exitCode);
  }
}
