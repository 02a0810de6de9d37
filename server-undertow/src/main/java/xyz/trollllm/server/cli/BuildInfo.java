package xyz.trollllm.server.cli;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints: the artifact's own manifest, and the Java it runs on. */
final class BuildInfo implements IVersionProvider {
  @Override
  public String[] getVersion() {
    String version =
        Optional.ofNullable(BuildInfo.class.getPackage().getImplementationVersion())
            .orElse("(not packaged)");
    return new String[] {
      "gateway " + version,
      "Java " + Runtime.version() + " (" + System.getProperty("java.vendor") + ")"
    };
  }
}
