package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import okhttp3.Response;
import org.bson.Document;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/** The one command that switches chat2, on real instances behind a real nginx. */
final class SwitchIT {
  private static final String PLAIN = SwitchRig.PLAIN;
  private static final String UPSTREAM = SwitchRig.UPSTREAM;
  private static final String CHAT2_MOUNT = "/app/config.json";
  private static final int SECONDS_OF_A_SWITCH = 240;

  private static final Store STORE = Store.start();
  private static final StandInUpstream OPEN_HANDS = StandInUpstream.start();
  private static final StandInUpstream OH_MY_GPT = StandInUpstream.start();
  private static SwitchRig rig;

  private Store.User user;
  private DomainClient client;

  @BeforeAll
  static void start() {
    rig = new SwitchRig(STORE, OPEN_HANDS, OH_MY_GPT);
  }

  @AfterAll
  static void stop() {
    if (rig != null) {
      rig.close();
    }
    OPEN_HANDS.close();
    OH_MY_GPT.close();
    STORE.close();
  }

  @BeforeEach
  void begin() throws IOException {
    OPEN_HANDS.follow(Script.always(Behaviour.answers()));
    OH_MY_GPT.follow(Script.always(Behaviour.answers()));
    user = STORE.newUser(10, 10);
    client = DomainClient.of(rig.nginx());
    rig.reset(PLAIN);
  }

  @AfterEach
  void audit() {
    Eventually.eventuallyPasses(
        () -> assertThat(new LedgerAudit(STORE.database()).run().differences()).isEmpty());
  }

  /** With which each model is tried. */
  private Map<String, String> smoking() {
    return Map.of("SMOKE_KEY", user.key());
  }

  private DomainClient.Answer ask(String domain) throws IOException {
    return client.post(domain, user.key(), Ask.answer(Ask.HAIKU));
  }

  /** That chat2 is served through this upstream and no other, and paid from credits. */
  private void assertChat2Through(StandInUpstream upstream, String name) throws IOException {
    long before = upstream.served().size();
    DomainClient.Answer answer = ask(Nginx.CHAT2);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(upstream.served()).hasSize((int) before + 1);
    String id = String.valueOf(answer.headers().get("request-id"));
    eventually(() -> STORE.record(id).isPresent(), () -> "no record of " + id);
    Document row = STORE.record(id).orElseThrow();
    assertThat(row.getString("creditField")).isEqualTo("credits");
    assertThat(row.getString("upstream")).isEqualTo(name);
  }

  /** That .env and the containers say this profile, and nothing is under way. */
  private void assertRuns(String profile) throws IOException {
    assertThat(Files.readString(rig.env()))
        .contains("\nOHMYGPT_CONFIG=" + profile + "\n")
        .doesNotContain("SWITCH_UNDER_WAY");
    assertThat(rig.profileOf(Nginx.CHAT2_SERVICE, CHAT2_MOUNT)).isEqualTo(profile);
    assertThat(rig.container(SwitchRig.BACKEND).toString()).contains("/" + profile + "\"");
    String prices = client.send(client.request(Nginx.CHAT, "/endpoints.json")).body();
    assertThat(Http.json(prices).at("/endpoints/1/upstreams/0").asString(""))
        .as("whose prices are shown")
        .isEqualTo(profile.equals(UPSTREAM) ? "ohmygpt" : "openhands");
  }

  @Test
  @DisplayName("D10, D11: chat2 is switched under load: chat serves all, streams end, credits pays")
  void switchUnderLoad() throws Exception {
    String chatContainer = rig.container(Nginx.CHAT_SERVICE).toString();
    long backend = rig.container(SwitchRig.BACKEND).path("number").asLong();
    Store.User others = STORE.newUser(10, 10);
    AtomicBoolean over = new AtomicBoolean();
    List<String> outcomes = new CopyOnWriteArrayList<>();
    Thread load =
        Threads.start(() -> {
          while (!over.get()) {
            try {
              String body = Ask.answer(Ask.HAIKU);
              outcomes.add(Integer.toString(client.post(Nginx.CHAT, others.key(), body).status()));
            } catch (IOException e) {
              outcomes.add(e.toString());
            }
          }
        });
    rig.hold("BEFORE up -d");
    Daemon script = rig.start(smoking(), UPSTREAM);
    rig.awaitHeld(script);
    Gate gate = new Gate();
    OPEN_HANDS.follow(request ->
        new String(request.body(), UTF_8).contains(Ask.OPUS)
            ? new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))
            : Behaviour.answers());
    String rest;
    try (Response underWay =
        client.open(
            client.request(
                Nginx.CHAT2, Api.ANTHROPIC_MESSAGES, others.key(), Ask.stream(Ask.OPUS)))) {
      underWay.body().source().readUtf8LineStrict();
      rig.release();
      eventually(
          Duration.ofMinutes(1), () -> status(Nginx.CHAT2) >= 502, () -> "chat2 is not stopped");
      gate.open();
      rest = underWay.body().source().readUtf8();
    }
    assertThat(script.process().waitFor(SECONDS_OF_A_SWITCH, TimeUnit.SECONDS)).isTrue();
    over.set(true);
    load.join();

    assertThat(script.process().exitValue()).as("%s", script.output()).isZero();
    assertThat(rest).contains("message_stop");
    assertThat(outcomes).hasSizeGreaterThan(20);
    assertThat(Set.copyOf(outcomes)).containsExactly("200");
    assertRuns(UPSTREAM);
    assertThat(Files.readString(rig.env()))
        .startsWith("# Kept as it is.\nCOMPOSE_PROJECT_NAME=trollllm\n\nOHMYGPT_CONFIG=")
        .contains("\n# Passwords.\nMONGODB_ROOT_PASSWORD='a b'\n")
        .endsWith("\nOHMYGPT_CONFIG_BEFORE=" + PLAIN + "\n");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(rig.env())))
        .isEqualTo("rw-r-----");
    assertThat(rig.container(Nginx.CHAT_SERVICE)).hasToString(chatContainer);
    assertThat(rig.container(SwitchRig.BACKEND).path("number").asLong()).isEqualTo(backend + 1);
    assertThat(String.join("\n", script.output()))
        .contains("leads chat2 to upstream ohmygpt, paid from credits")
        .containsPattern("claude-haiku-4-5 +openhands +credits .* ok\n")
        .containsPattern("claude-haiku-4-5 +ohmygpt +credits .* ok\n")
        .contains("3 of 3 models were served by https://chat2.trollllm.xyz")
        .doesNotContain(user.key());
    assertThat(Files.readString(rig.dockerCalls())).doesNotContain(user.key());
    assertChat2Through(OH_MY_GPT, "ohmygpt");
    Programs.Finished told = rig.run("--status");
    assertThat(told.exitCode()).as(told.output()).isZero();
    assertThat(told.output())
        .contains("goproxy-ohmygpt: OHMYGPT_CONFIG is " + UPSTREAM + ", runs with " + UPSTREAM)
        .contains("goproxy-openhands is running, healthy: upstream openhands, paid from creditsNew")
        .contains("goproxy-ohmygpt is running, healthy: upstream ohmygpt, paid from credits\n")
        .contains("backend: OHMYGPT_CONFIG is " + UPSTREAM + ", runs with " + UPSTREAM)
        .endsWith("what is configured is what runs\n");
  }

  private int status(String domain) {
    try {
      return ask(domain).status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  @DisplayName(
      "D10: --back goes back, and forth again; without a profile before it changes nothing")
  void back() throws Exception {
    String before = Files.readString(rig.env());
    Programs.Finished nothing = rig.run("--back");
    assertThat(nothing.exitCode()).isEqualTo(78);
    assertThat(nothing.output()).contains("there is nothing to go back to");
    assertThat(rig.env()).hasContent(before);

    assertDone(rig.run("goproxy/" + UPSTREAM));
    assertRuns(UPSTREAM);
    assertDone(rig.run("--back"));
    assertRuns(PLAIN);
    assertChat2Through(OPEN_HANDS, "openhands");
    assertDone(rig.run("--back"));
    assertRuns(UPSTREAM);
    assertChat2Through(OH_MY_GPT, "ohmygpt");
  }

  private static void assertDone(Programs.Finished run) {
    assertThat(run.exitCode()).as(run.output()).isZero();
    assertThat(run.output()).contains("switch.sh: done: OHMYGPT_CONFIG is ");
  }

  @Test
  @DisplayName("D10: a profile that is unknown or wrong, or whose key is missing, touches nothing")
  void refusedBeforeAnythingIsTouched() throws Exception {
    Files.writeString(
        rig.profile("config-ohmygpt-wrong.json"),
        Files.readString(rig.profile(UPSTREAM)).replace("1.04", "-1"));
    String before = Files.readString(rig.env());

    Programs.Finished unknown = rig.run("nonsense");
    Programs.Finished others = rig.run(RunningGateway.CHAT);
    Programs.Finished wrong = rig.run("config-ohmygpt-wrong");
    Files.delete(rig.profile("config-ohmygpt-wrong.json"));

    assertThat(unknown.exitCode()).isEqualTo(78);
    assertThat(unknown.output())
        .contains("chat2 has no profile nonsense; there are:\n")
        .contains("  " + PLAIN + "\n", "  " + UPSTREAM + "\n")
        .doesNotContain(RunningGateway.CHAT);
    assertThat(others.exitCode()).isEqualTo(78);
    assertThat(wrong.exitCode()).isEqualTo(78);
    assertThat(wrong.output()).contains("billing_multiplier", "does not pass the check above");
    assertThat(rig.env()).hasContent(before);

    Files.writeString(
        rig.env(), before.replaceFirst("\nOHMYGPT_API_KEY=.*\n", "\nOHMYGPT_API_KEY=\n"));
    Programs.Finished keyless = rig.run(UPSTREAM);
    assertThat(keyless.exitCode()).isEqualTo(78);
    assertThat(keyless.output()).contains("environment variable OHMYGPT_API_KEY: is missing");

    Files.setPosixFilePermissions(rig.env(), PosixFilePermissions.fromString("rw-r--r--"));
    Programs.Finished open = rig.run(UPSTREAM);
    assertThat(open.exitCode()).isEqualTo(78);
    assertThat(open.output()).contains("chmod 600");
    Files.setPosixFilePermissions(rig.env(), PosixFilePermissions.fromString("rw-------"));
    assertRefused(before + "OHMYGPT_CONFIG=\"" + PLAIN + "\" # twice, and in quotes\n", "one line");
    assertRefused(before.replace("=" + PLAIN, "=gone.json"), "goproxy/gone.json, which is no file");
    Files.writeString(rig.env(), before);
    Programs.Finished refusedKey = refusedKey();
    assertThat(refusedKey.exitCode()).isEqualTo(78);
    assertThat(refusedKey.output()).contains("the key is refused");
    assertThat(rig.calls(" up -d")).isZero();
    assertThat(rig.run("--back", UPSTREAM).exitCode()).isEqualTo(64);
    assertThat(rig.run().exitCode()).isEqualTo(64);
  }

  private static void assertRefused(String env, String why) throws IOException {
    Files.writeString(rig.env(), env);
    Programs.Finished run = rig.run(UPSTREAM);
    assertThat(run.exitCode()).isEqualTo(78);
    assertThat(run.output()).contains(why);
  }

  private static Programs.Finished refusedKey() throws IOException {
    return rig.run(Map.of("SMOKE_KEY", "sk-nobody-has-this"), PLAIN);
  }

  @Test
  @DisplayName("D10: an instance that does not become healthy is rolled back")
  void deadInstance() throws Exception {
    Programs.Finished run = rig.run(SwitchRig.DEAD);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("goproxy-ohmygpt ends again and again; its last words:")
        .contains("ENDPOINT_NOBODY_URL")
        .contains("FAILED, and rolled back: OHMYGPT_CONFIG is " + PLAIN);
    assertRuns(PLAIN);
    assertThat(Files.readString(rig.env())).doesNotContain("_BEFORE");
    assertChat2Through(OPEN_HANDS, "openhands");
  }

  @Test
  @DisplayName("D10, D11: an upstream that does not serve is rolled back, or kept if asked for")
  void failingSmoke() throws Exception {
    OH_MY_GPT.follow(Script.always(Behaviour.fails(500)));

    Programs.Finished run = rig.run(smoking(), UPSTREAM);

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output())
        .contains("0 of 3 models were served")
        .contains("rolling back to " + PLAIN)
        .contains("FAILED, and rolled back: OHMYGPT_CONFIG is " + PLAIN);
    assertRuns(PLAIN);
    assertChat2Through(OPEN_HANDS, "openhands");

    Programs.Finished kept = rig.run(smoking(), "--keep", UPSTREAM);

    assertThat(kept.exitCode()).isEqualTo(1);
    assertThat(kept.output()).contains("FAILED, and kept: OHMYGPT_CONFIG is " + UPSTREAM);
    assertRuns(UPSTREAM);
    assertDone(rig.run("--back"));
    assertRuns(PLAIN);
  }

  @Test
  @DisplayName("D10, D11: going back is never undone, whatever is wrong with trying it")
  void backWithoutPassing() throws Exception {
    assertDone(rig.run(UPSTREAM));
    OPEN_HANDS.follow(Script.always(Behaviour.fails(500)));

    Programs.Finished failing = rig.run(smoking(), "--back");

    assertThat(failing.exitCode()).isEqualTo(1);
    assertThat(failing.output()).contains("FAILED, and kept: OHMYGPT_CONFIG is " + PLAIN);
    assertRuns(PLAIN);

    Programs.Finished refused = rig.run(Map.of("SMOKE_KEY", "sk-nobody-has-this"), "--back");

    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.output())
        .contains("goproxy-ohmygpt could not be tried, see above; it stays as it is now")
        .contains("switch.sh: done: OHMYGPT_CONFIG is " + UPSTREAM);
    assertRuns(UPSTREAM);
  }

  @Test
  @DisplayName("D10: a version switch that is killed late is rolled back at both instances")
  void versionKilled() throws Exception {
    rig.hold("BEFORE smoke --url https://chat. SINCE --force-recreate goproxy-openhands");
    Daemon script = rig.start(smoking(), "--version", "next");
    rig.awaitHeld(script);
    script.process().toHandle().destroyForcibly();
    script.process().waitFor();
    rig.release();
    awaitLockFree();
    assertImages("next");
    OPEN_HANDS.follow(Script.always(Behaviour.fails(500)));

    Programs.Finished again = rig.run(smoking(), "--version", "next");

    assertThat(again.exitCode()).isEqualTo(1);
    assertThat(again.output()).contains("FAILED, and rolled back: GATEWAY_VERSION is latest");
    assertImages("latest");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "BEFORE check --keys",
        "BEFORE up -d",
        "AFTER up -d",
        "BEFORE inspect SINCE up -d",
        "BEFORE smoke --url SINCE up -d"
      })
  @DisplayName("D10: a switch that is killed is told by the next run, and mended")
  void killed(String when) throws Exception {
    rig.hold(when);
    Daemon script = rig.start(when.contains("smoke") ? smoking() : Map.of(), UPSTREAM);
    rig.awaitHeld(script);
    script.process().toHandle().destroyForcibly();
    script.process().waitFor();
    Programs.Finished meanwhile = rig.run(UPSTREAM);
    rig.release();
    awaitLockFree();

    assertThat(meanwhile.exitCode()).isEqualTo(75);
    assertThat(meanwhile.output()).contains("another switch is at work");
    if (when.contains("check")) {
      assertRuns(PLAIN);
      return;
    }
    Programs.Finished status = rig.run("--status");
    assertThat(status.exitCode()).isEqualTo(1);
    assertThat(status.output()).contains("a switch was interrupted");
    Programs.Finished mended = when.startsWith("BEFORE up") ? rig.run(UPSTREAM) : rig.run("--back");
    assertDone(mended);
    assertThat(mended.output())
        .contains("an earlier switch was interrupted: OHMYGPT_CONFIG was " + PLAIN);
    assertRuns(when.startsWith("BEFORE up") ? UPSTREAM : PLAIN);
  }

  private static void awaitLockFree() {
    String lock = rig.deploy().resolve(".switch.lock").toString();
    eventually(
        Duration.ofMinutes(1),
        () -> Programs.finish(Map.of(), List.of("flock", "-n", lock, "true")).exitCode() == 0,
        () -> "the lock is held");
  }

  @Test
  @DisplayName("D10: a switch that is interrupted by its operator says how to go on")
  void interrupted() throws Exception {
    rig.hold("BEFORE inspect SINCE up -d");
    Daemon script = rig.start(Map.of(), UPSTREAM);
    rig.awaitHeld(script);
    script.process().toHandle().destroy();
    rig.release();
    assertThat(script.process().waitFor(1, TimeUnit.MINUTES)).isTrue();

    assertThat(script.process().exitValue()).isEqualTo(143);
    eventually(
        () -> String.join("\n", script.output()).contains("interrupted: run the same again, or"),
        () -> "does not say how to go on: " + script.output());
    assertDone(rig.run("--back"));
    assertRuns(PLAIN);
  }

  @Test
  @DisplayName("D10: another version of the image goes to one instance after the other, and back")
  void version() throws Exception {
    Programs.Finished forth = rig.run(smoking(), "--version", "next");

    assertThat(forth.exitCode()).as(forth.output()).isZero();
    assertImages("next");
    assertThat(rig.calls("up -d")).as("chat2, the price page, chat").isEqualTo(3);
    assertThat(forth.output())
        .contains("3 of 3 models were served by https://chat2.trollllm.xyz")
        .contains("4 of 4 models were served by https://chat.trollllm.xyz");
    assertThat(ask(Nginx.CHAT).status()).isEqualTo(200);
    assertChat2Through(OPEN_HANDS, "openhands");

    Programs.Finished back = rig.run("--version", "--back");

    assertThat(back.exitCode()).as(back.output()).isZero();
    assertImages("latest");
  }

  @Test
  @DisplayName("D10: an image that is missing or does not run changes nothing for chat")
  void deadVersion() throws Exception {
    long chat = rig.container(Nginx.CHAT_SERVICE).path("number").asLong();

    Programs.Finished missing = rig.run("--version", "nonsense");
    Programs.Finished dead = rig.run("--version", "dead");

    assertThat(missing.exitCode()).isEqualTo(78);
    assertThat(missing.output()).contains("there is no image trollllm-gateway:nonsense");
    assertThat(dead.exitCode()).isEqualTo(69);
    assertImages("latest");
    assertThat(rig.container(Nginx.CHAT_SERVICE).path("number").asLong()).isEqualTo(chat);
  }

  @Test
  @DisplayName("D10, D11: an image with which chat2 does not serve is rolled back without chat")
  void versionThatDoesNotServe() throws Exception {
    long chat = rig.container(Nginx.CHAT_SERVICE).path("number").asLong();
    OPEN_HANDS.follow(Script.always(Behaviour.fails(500)));

    Programs.Finished run = rig.run(smoking(), "--version", "next");

    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.output()).contains("FAILED, and rolled back: GATEWAY_VERSION is latest");
    assertImages("latest");
    assertThat(rig.container(Nginx.CHAT_SERVICE).path("number").asLong()).isEqualTo(chat);
  }

  private static void assertImages(String tag) {
    for (String service : List.of(Nginx.CHAT_SERVICE, Nginx.CHAT2_SERVICE, SwitchRig.BACKEND)) {
      assertThat(rig.container(service).path("image").asString(""))
          .isEqualTo("trollllm-gateway:" + tag);
    }
  }
}
