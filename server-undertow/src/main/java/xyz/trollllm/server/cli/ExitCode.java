package xyz.trollllm.server.cli;

/** Exit codes, as sysexits.h has them. */
public final class ExitCode {
  public static final int OK = 0;

  /** A check that was asked for failed, such as an audit that found a difference. */
  public static final int FAILED = 1;

  /** The command line itself is wrong. */
  public static final int USAGE = 64;

  /** What was named, a user for instance, is not there, or not as it must be. */
  public static final int DATA = 65;

  /** Something that is needed, such as the database, does not answer. */
  public static final int UNAVAILABLE = 69;

  /** A bug of ours. */
  public static final int SOFTWARE = 70;

  /** Not all could be done now; the same command may succeed another time. */
  public static final int TEMPORARY = 75;

  /** The configuration or the environment is wrong. */
  public static final int CONFIG = 78;

  private ExitCode() {}
}
