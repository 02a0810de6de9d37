package xyz.trollllm.server.cli;

import com.mongodb.client.MongoDatabase;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import xyz.trollllm.billing.mongo.MongoKeys;
import xyz.trollllm.billing.mongo.MongoUsers;

/** API keys. A key works at every endpoint and is shown once, when it is made. */
@Command(
    name = "key",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Makes, lists and ends the API keys of users. Needs MONGODB_URI.")
final class KeyCommand {
  private static final String USER = "USER";
  private static final String KEY_ID = "KEY_ID";

  private final Shell shell;

  KeyCommand(Shell shell) {
    this.shell = shell;
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Makes a key and prints it: the only time it is shown.")
  int create(@Parameters(paramLabel = USER) String user) {
    try (Database database = Database.connect(shell)) {
      requireUser(database.database(), user);
      shell.out().println(new MongoKeys(database.database()).create(user));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Shows the ids of a user's keys and how each key ends.")
  int list(@Parameters(paramLabel = USER) String user) {
    try (Database database = Database.connect(shell)) {
      requireUser(database.database(), user);
      List<MongoKeys.Key> keys = new MongoKeys(database.database()).list(user);
      for (MongoKeys.Key key : keys) {
        shell
            .out()
            .printf(
                "%s  ...%s  %-7s  %d request(s), %d token(s)%n",
                key.id(),
                key.lastDigits(),
                key.active() ? "active" : "revoked",
                key.requests(),
                key.tokens());
      }
      shell.out().printf("%d key(s)%n", keys.size());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "revoke",
      mixinStandardHelpOptions = true,
      description = "Ends a key for ever. 'key list' shows the ids.")
  int revoke(
      @Parameters(index = "0", paramLabel = USER) String user,
      @Parameters(index = "1", paramLabel = KEY_ID) String keyId) {
    try (Database database = Database.connect(shell)) {
      if (!new MongoKeys(database.database()).revoke(user, keyId)) {
        throw unknown(user, keyId);
      }
      shell.out().println("revoked " + keyId);
    }
    return ExitCode.OK;
  }

  @Command(
      name = "rotate",
      mixinStandardHelpOptions = true,
      description = "Replaces a key by a new one and prints that. The old one ends.")
  int rotate(
      @Parameters(index = "0", paramLabel = USER) String user,
      @Parameters(index = "1", paramLabel = KEY_ID) String keyId) {
    try (Database database = Database.connect(shell)) {
      MongoKeys keys = new MongoKeys(database.database());
      shell.out().println(keys.rotate(user, keyId).orElseThrow(() -> unknown(user, keyId)));
    }
    return ExitCode.OK;
  }

  private static void requireUser(MongoDatabase database, String user) {
    if (new MongoUsers(database).find(user).isEmpty()) {
      throw UserCommand.unknown(user);
    }
  }

  private static CommandFailedException unknown(String user, String keyId) {
    return new CommandFailedException(
        ExitCode.DATA, "%s has no active key %s".formatted(user, keyId));
  }
}
