package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;

/** What the shipped files say, as {@code gateway check} shows it and as the product reads it. */
final class CheckIT {
  private static final String CHAT = RunningGateway.CHAT;
  private static final String CHAT2 = RunningGateway.CHAT2;
  private static final String DUAL_UPSTREAM = "config-ohmygpt-upstream-prod.json";

  @Test
  @DisplayName("R1, B6, C1, C2, C5: one command shows domain, container, port, upstream and field")
  void shippedFilesLeadWhereTheyShould() throws InterruptedException {
    String chat = "chat.trollllm.xyz goproxy-openhands 8004 ";
    String chat2 = "chat2.trollllm.xyz goproxy-ohmygpt 8005 ";
    String viaNew = " openhands llm-proxy.app.all-hands.dev creditsNew ";
    String viaOld = " openhands llm-proxy.app.all-hands.dev credits ";

    RunningGateway check = check(CHAT, CHAT2);

    assertThat(check.exitCode()).isZero();
    assertThat(routes(check))
        .containsExactly(
            chat + "claude-opus-4-5" + viaNew + "1.06 5.00 25.00 6.25 10.00 0.50 0.01",
            chat + "claude-sonnet-4-5" + viaNew + "1.06 3.00 15.00 3.75 6.00 0.30 0.01",
            chat + "claude-haiku-4-5" + viaNew + "1.06 1.00 5.00 1.25 2.00 0.10 0.01",
            chat + "gemini-3-pro-preview" + viaNew + "1.08 2.00 12.00 2.00 2.00 0.20 -",
            chat2 + "claude-opus-4-5" + viaOld + "1.06 5.00 25.00 6.25 10.00 0.50 0.01",
            chat2 + "claude-sonnet-4-5" + viaOld + "1.06 3.00 15.00 3.75 6.00 0.30 0.01",
            chat2 + "claude-haiku-4-5" + viaOld + "1.06 1.00 5.00 1.25 2.00 0.10 0.01");
    assertThat(check.output()).last().asString().contains("2 file(s): 0 problem(s), 0 warning(s)");
  }

  @Test
  @DisplayName("C3: the other profile of chat2 leads to OhMyGPT and pays from the same field")
  void otherProfileLeadsToOhMyGpt() throws InterruptedException {
    String chat2 = "chat2.trollllm.xyz goproxy-ohmygpt 8005 ";
    String via = " ohmygpt apic1.ohmycdn.com credits ";

    RunningGateway check = check(DUAL_UPSTREAM);

    assertThat(check.exitCode()).isZero();
    assertThat(routes(check))
        .containsExactly(
            chat2 + "claude-opus-4-5" + via + "1.04 5.00 25.00 6.25 10.00 0.50 0.01",
            chat2 + "claude-sonnet-4-5" + via + "1.04 3.00 15.00 3.75 6.00 0.30 0.01",
            chat2 + "claude-haiku-4-5" + via + "1.10 1.00 5.00 1.25 2.00 0.10 0.01");
  }

  @Test
  @DisplayName("C1, C2, C3: the files name the upstreams' URLs as required")
  void upstreamUrls() {
    String openHands = "https://llm-proxy.app.all-hands.dev/v1/messages";
    String ohMyGpt = "https://apic1.ohmycdn.com/api/v1/ai/openai/cc-omg/v1/messages";

    assertThat(url(CHAT, "openhands")).isEqualTo(openHands);
    assertThat(url(CHAT2, "openhands")).isEqualTo(openHands);
    assertThat(url(DUAL_UPSTREAM, "ohmygpt")).isEqualTo(ohMyGpt);
  }

  private static String url(String file, String upstream) {
    GatewayConfig config = ConfigLoader.load(ConfigCopy.shipped(file), Map.of());
    return String.valueOf(
        config.upstreams().values().stream()
            .filter(known -> known.name().equals(upstream))
            .map(known -> known.endpoints().get(Api.ANTHROPIC_MESSAGES))
            .findFirst()
            .orElseThrow());
  }

  @Test
  @DisplayName("C5: files that cannot run side by side are refused")
  void filesOfOnePlaceAreRefused() throws InterruptedException {
    RunningGateway check = check(CHAT2, DUAL_UPSTREAM);

    assertThat(check.exitCode()).isEqualTo(78);
    assertThat(check.diagnostics())
        .anyMatch(line -> line.contains("8005"))
        .anyMatch(line -> line.contains("goproxy-ohmygpt"));
  }

  private static RunningGateway check(String... files) {
    List<String> arguments = new ArrayList<>(List.of("check"));
    Stream.of(files).map(ConfigCopy::shipped).forEach(file -> arguments.add(file.toString()));
    return RunningGateway.run(Map.of(), arguments.toArray(String[]::new));
  }

  /** The lines of the table that name a domain, with one space between columns. */
  private static List<String> routes(RunningGateway check) {
    return check.output().stream()
        .filter(line -> line.startsWith("chat"))
        .map(line -> line.replaceAll(" +", " "))
        .toList();
  }
}
