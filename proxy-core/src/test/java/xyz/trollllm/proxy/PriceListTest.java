package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.proxy.ProxyFixture.Answer;

final class PriceListTest {
  private ProxyFixture fixture;

  @BeforeEach
  void start() throws IOException {
    fixture = new ProxyFixture();
  }

  @AfterEach
  void stop() {
    fixture.close();
  }

  @Test
  void everybodyReadsWhatEverythingCosts() throws Exception {
    Answer answer = get();

    JsonTree sonnet = JsonTree.of(answer.body()).at("models", 0);
    assertThat(answer.status).isEqualTo(200);
    assertThat(sonnet.text("id")).isEqualTo("claude-sonnet-4-5");
    assertThat(sonnet.text("aliases", 0)).isEqualTo("claude-sonnet-4-5-20250929");
    assertThat(sonnet.text("credit_field")).isEqualTo("creditsNew");
    assertThat(sonnet.text("multiplier")).isEqualTo("1.06");
    assertThat(sonnet.text("prices", "cache_write_5m")).isEqualTo("3.75");
    assertThat(sonnet.text("effective_prices", "input")).isEqualTo("3.18");
    assertThat(sonnet.text("effective_prices", "output")).isEqualTo("15.9");
    assertThat(sonnet.text("effective_prices", "cache_write_5m")).isEqualTo("3.975");
    assertThat(sonnet.text("effective_prices", "cache_write_1h")).isEqualTo("6.36");
    assertThat(sonnet.text("effective_prices", "cache_hit")).isEqualTo("0.318");
    assertThat(sonnet.at("fees", "web_search").value()).isNull();
    assertThat(sonnet.at("fast_prices").value()).isNull();
    assertThat(sonnet.at("factors", "batch").value()).isNull();
    assertThat(sonnet.decimal("max_output_tokens")).isEqualByComparingTo("64000");
    assertThat(answer.body()).doesNotContain("sonnet-upstream", "127.0.0.1", "\"up\"");
  }

  @Test
  void priceListMayBeCached() throws Exception {
    Answer first = get();
    String etag = first.headers.first("etag").orElseThrow();

    assertThat(first.headers.first("cache-control")).hasValue("public, max-age=60");
    assertThat(get().headers.first("etag")).hasValue(etag);
  }

  @ParameterizedTest
  @ValueSource(strings = {"%s", "W/%s", "\"other\", %s"})
  void knownPriceListIsNotSentAgain(String ifNoneMatch) throws Exception {
    String etag = get().headers.first("etag").orElseThrow();

    Answer answer = get("if-none-match", ifNoneMatch.formatted(etag));

    assertThat(answer.status).isEqualTo(304);
    assertThat(answer.body()).isEmpty();
    assertThat(answer.headers.first("etag")).hasValue(etag);
  }

  @Test
  void otherPriceListIsSent() throws Exception {
    assertThat(get("if-none-match", "\"other\"").status).isEqualTo(200);
  }

  private Answer get(String... headers) throws InterruptedException {
    return fixture.send("GET", "/pricing", new byte[0], headers);
  }
}
