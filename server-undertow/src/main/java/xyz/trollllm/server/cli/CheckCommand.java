package xyz.trollllm.server.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.ConfigProblem;
import xyz.trollllm.config.ConfigSetCheck;
import xyz.trollllm.config.InvalidConfigException;
import xyz.trollllm.config.LoadedConfig;
import xyz.trollllm.config.RoutingTable;
import xyz.trollllm.config.UpstreamKeys;

/** Checks configuration files, alone and together. */
@Command(
    name = "check",
    mixinStandardHelpOptions = true,
    description = {
      "Checks configuration files, alone and together, and shows where requests go and which"
          + " credit field pays. Starts nothing and needs neither keys nor a database.",
      "With --keys it also looks whether the variables with the upstreams' keys are set."
    })
final class CheckCommand implements Callable<Integer> {
  private final Shell shell;
  private int problems;
  private int warnings;

  @Parameters(
      paramLabel = "FILE",
      arity = "1..*",
      description = "configuration files of instances that are to run side by side")
  private List<Path> files = List.of();

  @Option(
      names = "--keys",
      description = "look for the upstreams' keys in the environment, as 'serve' does")
  private boolean keys;

  CheckCommand(Shell shell) {
    this.shell = shell;
  }

  @Override
  public Integer call() {
    List<LoadedConfig> valid = new ArrayList<>();
    for (Path file : files) {
      load(file, valid);
    }
    ConfigSetCheck.Report together = ConfigSetCheck.check(valid);
    together.problems().forEach(this::problem);
    together.warnings().forEach(this::warning);
    if (!valid.isEmpty()) {
      shell.out().print(RoutingTable.render(valid.stream().map(LoadedConfig::config).toList()));
    }
    shell
        .out()
        .printf(
            "%nChecked %d file(s): %d problem(s), %d warning(s).%n",
            files.size(), problems, warnings);
    return problems == 0 ? ExitCode.OK : ExitCode.CONFIG;
  }

  private void load(Path file, List<LoadedConfig> valid) {
    String source = file.toString();
    try {
      LoadedConfig loaded = ConfigLoader.loadWithWarnings(file, shell.environment());
      loaded.warnings().forEach(warning -> warning(warning.in(source)));
      valid.add(loaded);
      if (keys) {
        UpstreamKeys.resolve(loaded.config(), shell.environment());
      }
    } catch (InvalidConfigException e) {
      e.problems().forEach(problem -> problem(problem.in(source)));
    }
  }

  private void problem(ConfigProblem problem) {
    problems++;
    shell.err().println("problem: " + problem);
  }

  private void warning(ConfigProblem warning) {
    warnings++;
    shell.err().println("warning: " + warning);
  }
}
