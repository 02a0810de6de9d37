package xyz.trollllm.server.cli;

/** A command could not do what was asked; the message is a sentence for the operator. */
public final class CommandFailedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int exitCode;

  public CommandFailedException(int exitCode, String message) {
    super(message);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
