package xyz.trollllm.server.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.document.PublicEndpoint;

final class EndpointsPageTest {
  private static final Path SHIPPED = TwoFiles.SHIPPED;

  private static PublicEndpoint endpoint(String service, String file) {
    GatewayConfig config = ConfigLoader.load(SHIPPED.resolve(file), Map.of());
    return new PublicEndpoint(service, config, null);
  }

  private static PublicEndpoint chat() {
    return endpoint("goproxy-openhands", "config-openhands-prod.json");
  }

  private static String html(PublicEndpoint... endpoints) {
    return UTF_8.decode(EndpointsPage.html(List.of(endpoints)).duplicate()).toString();
  }

  @Test
  @DisplayName("D9: the page names each endpoint's URLs, credit, upstream and multipliers")
  void endpoints() {
    PageTree page =
        PageTree.of(html(chat(), endpoint("goproxy-ohmygpt", "config-ohmygpt-prod.json")));

    assertThat(page.texts("//section[@id='choose']//article[1]//dd"))
        .containsExactly(
            "https://chat.trollllm.xyz",
            "https://chat.trollllm.xyz/v1",
            "creditsNew",
            "openhands",
            "× 1.06 and × 1.08",
            "goproxy-openhands");
    assertThat(page.texts("//section[@id='choose']//article[2]//dd"))
        .contains("https://chat2.trollllm.xyz", "credits", "× 1.06", "goproxy-ohmygpt");
    assertThat(page.texts("//section[@id='choose']/ul/li"))
        .anyMatch(line -> line.contains("all send requests to openhands"))
        .anyMatch(line -> line.contains("Only at chat.trollllm.xyz: Gemini 3 Pro Preview."));
    assertThat(page.texts("//td[contains(@class,'cheapest')]")).isEmpty();
    assertThat(page.texts("//td[contains(@class,'absent')]")).containsExactly("not here");
  }

  @Test
  @DisplayName("D9: of an example's costs side by side the cheaper one is marked, by how much")
  void cheaperIsMarked() {
    PageTree page =
        PageTree.of(html(chat(), endpoint("goproxy-ohmygpt", "config-ohmygpt-upstream-prod.json")));

    assertThat(page.texts("//table[@class='comparison']/tbody/tr[1]/td"))
        .containsExactly("31.8", "31.2 cheaper by 0.6");
    assertThat(page.texts("//table[@class='comparison']/tbody/tr[3]/td"))
        .containsExactly("6.36 cheaper by 0.24", "6.6");
    assertThat(page.texts("//section[@id='choose']/ul/li"))
        .anyMatch(line -> line.contains("chat2.trollllm.xyz: ohmygpt"));
  }

  @Test
  void nothingOfAConfigurationIsTakenForMarkup() {
    String evil = "<script>alert('x')</script>&\\\"";
    String json =
        TwoFiles.read(SHIPPED.resolve("config-openhands-prod.json"))
            .replace("Claude Opus 4.5", evil)
            .replace("\"claude-opus-4-5\"", "\"<b>\\\"'&\"")
            .replace("claude-opus-4-5-20251101\"],", "<i>\"],");
    PublicEndpoint changed =
        new PublicEndpoint("goproxy-openhands", ConfigLoader.load("evil", json, Map.of()), null);

    String html = html(changed, chat());
    PageTree page = PageTree.of(html);

    assertThat(html).doesNotContain("<script", "<b>\"", "<i>");
    assertThat(page.texts("//section[@id='prices-goproxy-openhands']//h3"))
        .contains("<script>alert('x')</script>&\"");
    assertThat(page.texts("//code")).contains("<b>\"'&", "<i>");
  }

  @Test
  void policyAllowsNothingButThePagesOwnStyle() throws Exception {
    String html = html(chat());
    Matcher style = Pattern.compile("<style>(.*)</style>", Pattern.DOTALL).matcher(html);
    assertThat(style.find()).isTrue();
    byte[] hash = MessageDigest.getInstance("SHA-256").digest(style.group(1).getBytes(UTF_8));

    assertThat(EndpointsPage.CONTENT_SECURITY_POLICY)
        .startsWith("default-src 'none'; ")
        .contains("style-src 'sha256-" + Base64.getEncoder().encodeToString(hash) + "';");
    assertThat(html).doesNotContain(" style=", "<script", "src=", "url(", "@import");
  }

  @Test
  void pageNamesNoUrlKeyOrIdOfAnUpstream() {
    assertThat(html(chat()))
        .doesNotContain("all-hands", "API_KEY", "claude-opus-4-5-20251101\" upstream")
        .doesNotContain(">gemini-3-pro<");
  }

  @Test
  void problemIsShownWithItsEndpointAndItsPrices() {
    Instant since = Instant.parse("2026-11-23T10:00:00Z");
    PublicEndpoint spoilt =
        new PublicEndpoint(
            "goproxy-openhands",
            chat().config(),
            new PublicEndpoint.Problem(since, "not <so> good"));
    PublicEndpoint unknown =
        new PublicEndpoint("goproxy-ohmygpt", null, new PublicEndpoint.Problem(since, "nothing"));

    PageTree page = PageTree.of(html(spoilt, unknown));

    assertThat(page.texts("//p[@class='problem']"))
        .containsExactly(
            "Attention: not <so> good (since 2026-11-23 10:00 UTC).",
            "Attention: nothing (since 2026-11-23 10:00 UTC).",
            "Attention: not <so> good (since 2026-11-23 10:00 UTC).");
    assertThat(page.texts("//section[@id='choose']//article[2]/h3"))
        .containsExactly("goproxy-ohmygpt");
    assertThat(page.texts("//section[@id='prices-goproxy-openhands']//article")).hasSize(4);
    assertThat(page.texts("//section[@id='prices-goproxy-ohmygpt']")).isEmpty();
  }

  @Test
  void pageSaysWhatTheEndpointsAreAlsoWithoutAnyPrices() {
    PublicEndpoint.Problem problem = new PublicEndpoint.Problem(Instant.EPOCH, "nothing is known");

    PageTree page =
        PageTree.of(
            html(
                new PublicEndpoint("goproxy-openhands", null, problem),
                new PublicEndpoint("goproxy-ohmygpt", null, problem)));

    assertThat(page.texts("//p[@class='problem']")).hasSize(2);
    assertThat(page.texts("//table")).isEmpty();
  }
}
