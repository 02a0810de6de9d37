package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.HeldPort;
import xyz.trollllm.server.vectors.Vector;
import xyz.trollllm.server.vectors.VectorFolder;

/** Anyone can put the vectors to a gateway that runs somewhere; here it is our own. */
final class VectorsCommandIT {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final int MINUTES = 5;

  private final Store store = Store.start();
  private final HeldPort upstreamPort = HeldPort.take();
  private final List<RunningGateway> running = new ArrayList<>();

  @AfterEach
  void stop() {
    running.forEach(RunningGateway::close);
    store.close();
    upstreamPort.close();
  }

  @Test
  void everyVectorPassesAtAGatewayByItsUrl() throws InterruptedException {
    RunningGateway gateway = gateway(PublishedBook.asPublished().file());
    Store.User user = store.newUser(100, 100);
    Store.User empty = store.newUser(10, 0);

    RunningGateway command =
        vectors(
            gateway,
            "--key",
            user.key(),
            "--empty-key",
            empty.key(),
            "--with",
            "short-timeout",
            "--only",
            passing());

    assertThat(command.exitCode()).as("%s", command.output()).isZero();
    assertThat(command.output()).contains("V01  pass      A plain answer");
    assertThat(String.join("\n", command.output())).doesNotContain("FAIL", "MISSING");
  }

  @Test
  void chargesAreComparedWithWhatACommandSays() throws InterruptedException {
    RunningGateway gateway = gateway(PublishedBook.asPublished().file());
    Store.User user = store.newUser(100, 100);

    RunningGateway command =
        vectors(
            gateway,
            "--key",
            user.key(),
            "--spent-command",
            spentCommand(user),
            "--only",
            "V01,V16,V47,V48");

    assertThat(command.exitCode()).as("%s", command.output()).isZero();
    assertThat(command.output()).contains("4 vectors, 4 of 4 cells passed.");
  }

  @Test
  void wrongChargeFails() throws InterruptedException {
    ObjectNode dearer = (ObjectNode) JSON.readTree(PublishedBook.asPublished().file());
    ((ObjectNode) dearer.path("models").path(0)).put("billing_multiplier", "1.07");
    RunningGateway gateway = gateway(Path.of(ConfigCopy.write(JSON.writeValueAsString(dearer))));
    Store.User user = store.newUser(100, 100);

    RunningGateway command =
        vectors(
            gateway,
            "--key",
            user.key(),
            "--spent-command",
            spentCommand(user),
            "--only",
            "V01,V47");

    assertThat(command.exitCode()).isEqualTo(1);
    assertThat(String.join("\n", command.output()))
        .contains("V01  FAIL", "charge: expected 0.000318000, was 0.000321", "V47  pass");
  }

  private RunningGateway gateway(Path config) {
    URI upstream = URI.create("http://127.0.0.1:" + upstreamPort.number());
    RunningGateway gateway =
        RunningGateway.start(
            config.toString(), store, PublishedBook.asPublished().environment(upstream, false));
    running.add(gateway);
    return gateway;
  }

  private RunningGateway vectors(RunningGateway gateway, String... options)
      throws InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "vectors",
                "--url",
                gateway.url().toString(),
                "--listen",
                "127.0.0.1:" + upstreamPort.number()));
    arguments.addAll(List.of(options));
    Map<String, String> environment = new HashMap<>();
    environment.put("PATH", System.getenv("PATH"));
    environment.put("MONGODB_URI", store.uri());
    RunningGateway command = RunningGateway.run(environment, arguments.toArray(String[]::new));
    running.add(command);
    assertThat(command.process().waitFor(MINUTES, TimeUnit.MINUTES)).isTrue();
    return command;
  }

  /** What the user spent from either field, one amount a line. */
  private static String spentCommand(Store.User user) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    return "'%s' -jar '%s' user show %s | sed -n 's/.*held, \\(.*\\) spent/\\1/p'"
        .formatted(java, System.getProperty("gateway.jar"), user.name());
  }

  private static String passing() {
    return VectorFolder.read(PublishedBook.VECTORS).stream()
        .map(Vector::id)
        .filter(id -> !Pending.vectors().contains(id))
        .collect(Collectors.joining(","));
  }
}
