package xyz.trollllm.server.cli;

import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.billing.mongo.BookedField;
import xyz.trollllm.billing.mongo.CreditChange;
import xyz.trollllm.billing.mongo.CreditChanges;
import xyz.trollllm.billing.mongo.MongoUsers;
import xyz.trollllm.config.CreditField;

/** Users and their balances. */
@Command(
    name = "user",
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    description = "Creates users, shows what they have, and tops it up. Needs MONGODB_URI.")
final class UserCommand {
  private final Shell shell;

  UserCommand(Shell shell) {
    this.shell = shell;
  }

  @Command(
      name = "create",
      mixinStandardHelpOptions = true,
      description = "Creates a user. Give it a key with 'key create'.")
  int create(
      @Parameters(paramLabel = "NAME") String name,
      @Option(
              names = "--credits",
              paramLabel = "USD",
              defaultValue = "0",
              converter = UsdConverter.class,
              description = "what chat2 charges (default: ${DEFAULT-VALUE})")
          Usd credits,
      @Option(
              names = "--credits-new",
              paramLabel = "USD",
              defaultValue = "0",
              converter = UsdConverter.class,
              description = "what chat charges (default: ${DEFAULT-VALUE})")
          Usd creditsNew) {
    if (name.isBlank() || credits.isNegative() || creditsNew.isNegative()) {
      throw new CommandFailedException(
          ExitCode.DATA, "a user needs a name, and balances that are not negative");
    }
    try (Database database = Database.connect(shell)) {
      MongoUsers users = new MongoUsers(database.database());
      if (!users.create(name, credits, creditsNew)) {
        throw new CommandFailedException(ExitCode.DATA, "there is a user " + name + " already");
      }
      print(find(users, name));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "show",
      mixinStandardHelpOptions = true,
      description = "Shows a user's balances, what is held of them and what was ever spent.")
  int show(@Parameters(paramLabel = "NAME") String name) {
    try (Database database = Database.connect(shell)) {
      print(find(new MongoUsers(database.database()), name));
    }
    return ExitCode.OK;
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows all users.")
  int list() {
    try (Database database = Database.connect(shell)) {
      List<MongoUsers.User> users = new MongoUsers(database.database()).list();
      users.forEach(this::print);
      shell.out().printf("%d user(s)%n", users.size());
    }
    return ExitCode.OK;
  }

  @Command(
      name = "top-up",
      mixinStandardHelpOptions = true,
      description =
          "Adds to one balance and counts it as a top-up. A negative AMOUNT, written"
              + " behind --, takes away.")
  int topUp(
      @Parameters(index = "0", paramLabel = "NAME") String name,
      @Parameters(
              index = "1",
              paramLabel = "AMOUNT",
              converter = UsdConverter.class,
              description = "US dollars")
          Usd amount,
      @Option(
              names = "--field",
              required = true,
              paramLabel = "FIELD",
              converter = CreditFieldConverter.class,
              description = "credits (chat2) or creditsNew (chat)")
          CreditField field,
      @Mixin ChangeOptions options) {
    try (Database database = Database.connect(shell)) {
      CreditChanges.Note note = options.note(shell);
      CreditChange change = new CreditChanges(database.database()).topUp(name, field, amount, note);
      say(change, name, note);
      print(find(new MongoUsers(database.database()), name));
    }
    return ExitCode.OK;
  }

  @Command(
      name = "confirm",
      mixinStandardHelpOptions = true,
      description =
          "Takes for right what somebody else added to a field, such as a payment service, so that"
              + " 'audit' reports it no longer. Changes no balance. A negative AMOUNT is written"
              + " behind --.")
  int confirm(
      @Parameters(index = "0", paramLabel = "NAME") String name,
      @Parameters(
              index = "1",
              paramLabel = "AMOUNT",
              converter = UsdConverter.class,
              description = "US dollars: the difference that 'audit' reports")
          Usd amount,
      @Option(
              names = "--field",
              required = true,
              paramLabel = "FIELD",
              converter = BookedFieldConverter.class,
              description = "credits, creditsNew, creditsUsed or creditsNewUsed")
          BookedField field,
      @Mixin ChangeOptions options) {
    try (Database database = Database.connect(shell)) {
      CreditChanges.Note note = options.note(shell);
      CreditChange change =
          new CreditChanges(database.database()).confirm(name, field, amount, note);
      say(change, name, note);
    }
    return ExitCode.OK;
  }

  private void say(CreditChange change, String name, CreditChanges.Note note) {
    switch (change) {
      case CreditChange.Done _ -> shell.out().println("done as operation " + note.id());
      case CreditChange.DoneBefore _ ->
          shell.out().println("operation " + note.id() + " was done before; nothing was changed");
      case CreditChange.OtherOperation _ ->
          throw new CommandFailedException(
              ExitCode.DATA, "operation " + note.id() + " of " + name + " was another one");
      case CreditChange.UnknownUser _ -> throw unknown(name);
      case CreditChange.OtherAmount(Usd unexplained) ->
          throw new CommandFailedException(
              ExitCode.DATA,
              unexplained.equals(Usd.ZERO)
                  ? "there is nothing to confirm"
                  : "the difference is " + unexplained + " USD; only that can be confirmed");
    }
  }

  @Command(
      name = "disable",
      mixinStandardHelpOptions = true,
      description = "Refuses the user's requests from now on, whichever key they come with.")
  int disable(@Parameters(paramLabel = "NAME") String name) {
    return setActive(name, false);
  }

  @Command(
      name = "enable",
      mixinStandardHelpOptions = true,
      description = "Takes the user's requests again.")
  int enable(@Parameters(paramLabel = "NAME") String name) {
    return setActive(name, true);
  }

  private int setActive(String name, boolean active) {
    try (Database database = Database.connect(shell)) {
      MongoUsers users = new MongoUsers(database.database());
      if (!users.setActive(name, active)) {
        throw unknown(name);
      }
      print(find(users, name));
    }
    return ExitCode.OK;
  }

  private static MongoUsers.User find(MongoUsers users, String name) {
    return users.find(name).orElseThrow(() -> unknown(name));
  }

  static CommandFailedException unknown(String name) {
    return new CommandFailedException(ExitCode.DATA, "there is no user " + name);
  }

  private void print(MongoUsers.User user) {
    shell.out().printf("%s%s%n", user.id(), user.active() ? "" : " (disabled)");
    for (CreditField field : CreditField.values()) {
      MongoUsers.Balance balance = user.balances().get(field);
      if (balance != null) {
        shell
            .out()
            .printf(
                "  %-10s %s USD, %s held, %s spent%n",
                field.balanceField(), balance.amount(), balance.held(), balance.spent());
      }
    }
  }
}
