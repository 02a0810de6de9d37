package xyz.trollllm.server.cli;

import com.mongodb.ConnectionString;
import com.mongodb.WriteConcern;
import com.mongodb.connection.ServerDescription;
import com.mongodb.connection.ServerType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * What a connection to the database of credits must be like: a write that was acknowledged must
 * survive the death of any one server, and a write without an answer may be sent once more.
 */
final class ConnectionRules {
  static final WriteConcern DURABLE = WriteConcern.MAJORITY.withJournal(true);

  private static final String ALLOW_STANDALONE = "ALLOW_STANDALONE_MONGODB";

  private ConnectionRules() {}

  /**
   * Refuses options that ask for less.
   *
   * @throws CommandFailedException naming every such option, and nothing else of the string
   */
  static void requireDurable(ConnectionString connection) {
    List<String> weak = new ArrayList<>();
    WriteConcern concern = connection.getWriteConcern();
    if (concern != null) {
      Object w = concern.getWObject();
      if (w != null && !w.equals("majority")) {
        weak.add("w must be majority, was " + w);
      }
      if (Boolean.FALSE.equals(concern.getJournal())) {
        weak.add("journal must be true, was false");
      }
    }
    if (Boolean.FALSE.equals(connection.getRetryWritesValue())) {
      weak.add("retryWrites must be true, was false");
    }
    if (!weak.isEmpty()) {
      throw new CommandFailedException(
          ExitCode.CONFIG,
          "MONGODB_URI weakens what the ledger relies on: "
              + String.join("; ", weak)
              + ". Leave these options out: w=majority, journal=true and retryWrites=true are used"
              + " then");
    }
  }

  /**
   * Refuses a server that is no member of a replica set, unless the environment allows it.
   *
   * @return whether there is such a server, and it is allowed
   */
  static boolean isAllowedStandalone(
      List<ServerDescription> servers, Map<String, String> environment) {
    boolean allowed =
        switch (environment.getOrDefault(ALLOW_STANDALONE, "")) {
          case "true" -> true;
          case "", "false" -> false;
          default ->
              throw new CommandFailedException(
                  ExitCode.CONFIG, ALLOW_STANDALONE + " must be true or false");
        };
    boolean standalone =
        servers.stream().anyMatch(server -> server.getType() == ServerType.STANDALONE);
    if (standalone && !allowed) {
      throw new CommandFailedException(
          ExitCode.CONFIG,
          "the database that MONGODB_URI names is a standalone server: what it acknowledged is lost"
              + " with its disk, and the driver repeats no write. Use a replica set (one node"
              + " is enough to begin with), or set "
              + ALLOW_STANDALONE
              + "=true to take the risk");
    }
    return standalone;
  }
}
