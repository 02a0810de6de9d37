package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.billing.HeldPort;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;

/** What {@code gateway smoke} tells an operator of instances that run. */
final class SmokeIT {
  private static final String CHAT_FILE = ConfigCopy.shipped(RunningGateway.CHAT).toString();
  private static final String CHAT2_FILE = ConfigCopy.shipped(RunningGateway.CHAT2).toString();

  @RegisterExtension static final Stage STAGE = new Stage();

  private static NameServer names;
  private static Nginx nginx;

  private Store.User user;

  @BeforeAll
  static void startNginx() {
    names =
        NameServer.start()
            .with(Nginx.CHAT_SERVICE, "127.0.0.1")
            .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
    nginx = Nginx.start(names, STAGE.chat().url().getPort(), STAGE.chat2().url().getPort());
  }

  @AfterAll
  static void stopNginx() {
    nginx.close();
    names.close();
  }

  @BeforeEach
  void begin() {
    user = STAGE.begin();
  }

  private static RunningGateway smoke(String key, String... arguments) {
    List<String> all = new ArrayList<>(List.of("smoke"));
    all.addAll(List.of(arguments));
    return RunningGateway.run(Map.of("SMOKE_KEY", key), all.toArray(String[]::new));
  }

  private RunningGateway smokeAt(RunningGateway gateway, String... more) {
    List<String> arguments = new ArrayList<>(List.of("--url", gateway.url().toString()));
    arguments.addAll(List.of(more));
    return smoke(user.key(), arguments.toArray(String[]::new));
  }

  private static String output(RunningGateway smoke) throws InterruptedException {
    smoke.exitCode();
    return String.join("\n", smoke.output()) + String.join("\n", smoke.diagnostics());
  }

  /** Through nginx, by the domain's name and with its certificate. */
  private static String[] throughDomain(String domain) {
    return new String[] {
      "--url", "https://" + domain,
      "--connect-to", "127.0.0.1:" + nginx.httpsPort(),
      "--cacert", nginx.certificate().toString()
    };
  }

  @Test
  @DisplayName("D11: every model of chat is tried, and charged to creditsNew as quoted")
  void chat() throws InterruptedException {
    assertSmoked(Nginx.CHAT, CHAT_FILE, "creditsNew", 4);
  }

  @Test
  @DisplayName("D11: every model of chat2 is tried, and charged to credits as quoted")
  void chat2() throws InterruptedException {
    assertSmoked(Nginx.CHAT2, CHAT2_FILE, "credits", 3);
  }

  private void assertSmoked(String domain, String config, String field, int models)
      throws InterruptedException {
    String other = domain.equals(Nginx.CHAT) ? Nginx.CHAT2 : Nginx.CHAT;
    List<String> arguments = new ArrayList<>(List.of(throughDomain(domain)));
    arguments.addAll(List.of("--config", config, "--other-url", "https://" + other));
    arguments.addAll(List.of("--expect-upstream", "openhands", "--expect-field", field));

    RunningGateway smoke = smoke(user.key(), arguments.toArray(String[]::new));

    assertThat(smoke.exitCode()).as(output(smoke)).isZero();
    eventually(
        () -> STAGE.store().records(user).size() == models,
        () -> "records: " + STAGE.store().records(user));
    List<Document> rows = STAGE.store().records(user);
    assertThat(smoke.output()).hasSize(models + 2);
    BigDecimal sum = BigDecimal.ZERO;
    for (Document row : rows) {
      String charge = row.getString("cost");
      sum = sum.add(new BigDecimal(charge));
      assertThat(row.getString("creditField")).isEqualTo(field);
      assertThat(row.getBoolean("streamed")).isTrue();
      assertThat(new BigDecimal(charge)).isPositive();
      assertThat(smoke.output())
          .anyMatch(line ->
              line.matches(
                  row.getString("model")
                      + " +openhands +"
                      + field
                      + " +\\d+ \\+ \\d+ +"
                      + charge
                      + " +\\d\\S* +ok"));
    }
    assertThat(smoke.output())
        .last()
        .asString()
        .isEqualTo(
            "%d of %d models were served by https://%s and charged right; that cost %s USD."
                .formatted(models, models, domain, sum.toPlainString()));
    assertThat(output(smoke)).doesNotContain(user.key());
  }

  @Test
  @DisplayName("D11: for programs there is one JSON object a model, and one for all")
  void json() throws InterruptedException {
    RunningGateway smoke =
        smokeAt(STAGE.chat2(), "--model", Ask.HAIKU, "--model", Ask.SONNET, "--json");

    assertThat(smoke.exitCode()).as(output(smoke)).isZero();
    List<JsonNode> lines = smoke.output().stream().map(Http::json).toList();
    assertThat(lines).extracting(line -> line.path("ok").booleanValue()).containsOnly(true);
    assertThat(lines)
        .extracting(line -> line.path("model").asString(""))
        .containsExactly(Ask.HAIKU, Ask.SONNET, "");
    assertThat(lines.getFirst().path("credit_field").stringValue()).isEqualTo("credits");
    assertThat(lines.getFirst().path("upstream").stringValue()).isEqualTo("openhands");
  }

  @Test
  @DisplayName("D11: an instance with another price than the file fails")
  void tamperedPrice() throws InterruptedException {
    String dearer =
        ConfigCopy.of(
            RunningGateway.CHAT2,
            file -> ((ObjectNode) file.path("models").path(1)).put("output_price_per_mtok", 15.01));

    RunningGateway smoke = smokeAt(STAGE.chat2(), "--config", dearer);

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .contains("FAILED: price of output is 15 instead of 15.01")
        .contains("2 of 3 models were served");
  }

  @Test
  @DisplayName("D11: another upstream or credit field than expected fails")
  void otherWay() throws InterruptedException {
    RunningGateway smoke =
        smokeAt(
            STAGE.chat(),
            "--model",
            Ask.HAIKU,
            "--expect-upstream",
            "ohmygpt",
            "--expect-field",
            "credits");

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .contains("credit field is creditsNew instead of credits")
        .contains("upstream is openhands instead of ohmygpt");
  }

  @Test
  @DisplayName("D11: a user who spends elsewhere meanwhile, at either endpoint, is seen")
  void busyUser() throws Exception {
    Gate gate = new Gate();
    STAGE
        .upstream()
        .follow(Script.inOrder(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(2, gate))));
    int before = STAGE.upstream().served().size();
    RunningGateway smoke =
        smokeAt(STAGE.chat2(), "--other-url", STAGE.chat().url().toString(), "--model", Ask.HAIKU);
    eventually(() -> STAGE.upstream().served().size() > before, () -> "not sent");
    for (RunningGateway gateway : List.of(STAGE.chat(), STAGE.chat2())) {
      Trace.of(
          gateway,
          STAGE.store(),
          Http.post(gateway, user.key(), Ask.answer(Ask.OPUS))
              .headers()
              .firstValue("request-id")
              .orElseThrow());
    }
    gate.open();

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .containsPattern("FAILED: credits fell by .*is the user busy elsewhere")
        .contains("problem: creditsNew fell by ");
  }

  @Test
  @DisplayName("D11: a key that is refused or missing is told in a sentence")
  void wrongKey() throws InterruptedException {
    String url = STAGE.chat().url().toString();

    RunningGateway refused = smoke("sk-nobody-has-this", "--url", url);
    RunningGateway missing = RunningGateway.run(Map.of(), "smoke", "--url", url);

    assertThat(refused.exitCode()).isEqualTo(78);
    assertThat(output(refused)).startsWith("gateway: the key is refused: ").doesNotContain("sk-");
    assertThat(missing.exitCode()).isEqualTo(78);
    assertThat(output(missing))
        .isEqualTo(
            "gateway: environment variable SMOKE_KEY must hold the key of a user with credit");
  }

  @Test
  @DisplayName("D11: a user without credit is told so for each model, and charged nothing")
  void noCredit() throws InterruptedException {
    Store.User poor = STAGE.store().newUser(0, 10);

    RunningGateway smoke = smoke(poor.key(), "--url", STAGE.chat2().url().toString());

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .contains("FAILED: is answered 402: ")
        .contains("(insufficient_credit)")
        .contains("0 of 3 models were served")
        .contains("that cost 0 USD.");
  }

  @Test
  @DisplayName("D11: a model that is not there, and an upstream that fails, are told")
  void failingModels() throws InterruptedException {
    STAGE.upstream().follow(Script.always(Behaviour.fails(500)));

    RunningGateway smoke = smokeAt(STAGE.chat2(), "--model", "gpt-1", "--model", Ask.HAIKU);

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .containsPattern("gpt-1 .* FAILED: /pricing does not quote it")
        .containsPattern(Ask.HAIKU + " .* FAILED: is answered 500: ");
  }

  @Test
  @DisplayName("D11: a stream that breaks off is told, with what it cost")
  void brokenStream() throws InterruptedException {
    STAGE
        .upstream()
        .follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.cutAtByte(700))));

    RunningGateway smoke = smokeAt(STAGE.chat2(), "--model", Ask.HAIKU);

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke))
        .containsPattern("FAILED: its stream (has no end|ended with an error)");
  }

  @Test
  @DisplayName("D11: an answer that does not come is waited for no longer than was said")
  void silentUpstream() throws InterruptedException {
    STAGE.upstream().follow(Script.always(new Behaviour.Hangs()));

    RunningGateway smoke = smokeAt(STAGE.chat2(), "--model", Ask.HAIKU, "--timeout", "2");

    assertThat(smoke.exitCode()).isEqualTo(1);
    assertThat(output(smoke)).containsPattern("FAILED: http://\\S+ did not .*within 2 s");
  }

  @Test
  @DisplayName("D11: a certificate that is not trusted, or for another name, is told")
  void wrongCertificate() throws InterruptedException {
    String connectTo = "127.0.0.1:" + nginx.httpsPort();
    Path certificate = nginx.certificate();

    RunningGateway untrusted =
        smoke(user.key(), "--url", "https://" + Nginx.CHAT, "--connect-to", connectTo);
    RunningGateway otherName =
        smoke(
            user.key(),
            "--url",
            "https://chat3.trollllm.xyz",
            "--connect-to",
            connectTo,
            "--cacert",
            certificate.toString());

    for (RunningGateway smoke : List.of(untrusted, otherName)) {
      assertThat(smoke.exitCode()).isEqualTo(69);
      assertThat(output(smoke)).contains(" fails in the TLS handshake ").doesNotContain("\tat ");
    }
  }

  @Test
  @DisplayName("D11: a gateway that is not there is told")
  void unreachable() throws InterruptedException {
    try (HeldPort nobody = HeldPort.take()) {
      RunningGateway smoke = smoke(user.key(), "--url", "http://127.0.0.1:" + nobody.number());

      assertThat(smoke.exitCode()).isEqualTo(69);
      assertThat(output(smoke)).contains("cannot be reached: Connection refused");
    }
  }

  @Test
  @DisplayName("D11: an endpoint in trouble is no fault of the one that is tried")
  void otherEndpointInTrouble() throws InterruptedException {
    try (HeldPort nobody = HeldPort.take()) {
      String url = "http://127.0.0.1:" + nobody.number();
      RunningGateway smoke = smokeAt(STAGE.chat2(), "--model", Ask.HAIKU, "--other-url", url);

      assertThat(smoke.exitCode()).as(output(smoke)).isZero();
      assertThat(output(smoke))
          .contains("note: the other endpoint's credit field was not compared");
    }
  }
}
