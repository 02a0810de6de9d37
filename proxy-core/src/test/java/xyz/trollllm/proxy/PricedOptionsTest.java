package xyz.trollllm.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.ProxyFixture.Answer;

/** What a model has a price for is forwarded, anything else is refused before. */
final class PricedOptionsTest {
  private static final String ANSWER =
      "{\"type\":\"message\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";

  private ProxyFixture fixture;

  @BeforeEach
  void start() throws Exception {
    fixture = ProxyFixture.withAllPriced();
  }

  @AfterEach
  void nothingStaysHeld() {
    assertThat(fixture.held()).isEqualTo(Usd.ZERO);
    fixture.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"service_tier\":\"priority\" | $.service_tier: service tier priority",
        "\"service_tier\":\"flex\" | $.service_tier: service tier flex",
        "\"speed\":\"fast\" | $.speed: fast speed",
        "\"inference_geo\":\"us\" | $.inference_geo: inference in the US only",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\"}] | $.tools[0]: web search",
        "\"tools\":[{\"name\":\"f\"},{\"type\":\"web_fetch_20250910\",\"name\":\"x\"}] | $.tools[1]: web fetch",
        "\"web_search_options\":{} | $.web_search_options: web search",
        "\"context_management\":{\"edits\":[{\"type\":\"compact_20260112\"}]} | $.context_management: compaction",
        "\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"advisor\",\"model\":\"all-priced\"}] | $.tools[0]: advice of this model"
      })
  void optionWithoutAPriceIsRefused(String option, String problem) throws Exception {
    for (String path : new String[] {"/v1/messages", "/v1/chat/completions"}) {
      Answer answer = fixture.postAsAlice(path, body("claude-sonnet-4-5", option));

      assertThat(answer.status).isEqualTo(400);
      assertThat(answer.body())
          .contains(
              problem
                  + " has no price for claude-sonnet-4-5, leave it out; priced for this model:"
                  + " ordinary service");
    }
    assertThat(fixture.upstream.getRequestCount()).isZero();
    assertThat(fixture.ledger.records()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"service_tier\":\"priority\"",
        "\"service_tier\":\"auto\"",
        "\"speed\":\"fast\"",
        "\"inference_geo\":\"us\"",
        "\"tools\":[{\"type\":\"web_search_20250305\",\"name\":\"web_search\",\"max_uses\":3}]",
        "\"compaction\":{\"type\":\"x\"}",
        "\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"advisor\",\"model\":\"sonnet-upstream\"}]"
      })
  void optionWithAPriceIsForwardedAsItCame(String option) throws Exception {
    fixture.enqueueJson(200, ANSWER);
    String body = body("all-priced", option);

    Answer answer = fixture.postAsAlice("/v1/messages", body);

    assertThat(answer.status).isEqualTo(200);
    assertThat(answer.headers.first("x-max-tokens-lowered")).isEmpty();
    assertThat(Objects.requireNonNull(fixture.upstream.takeRequest().getBody()).utf8())
        .isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"a\",\"model\":\"no-such-model\"}] | $.tools[0]: advice of this model has no price for all-priced",
        "\"tools\":[{\"type\":\"advisor_20260301\",\"name\":\"a\",\"model\":\"sonnet-upstream\",\"max_uses\":3}] | $.tools[0].max_uses: must be at most 2 for this model"
      })
  void adviceIsBoundedByTheConfiguration(String option, String problem) throws Exception {
    Answer answer = fixture.postAsAlice("/v1/messages", body("all-priced", option));

    assertThat(answer.status).isEqualTo(400);
    assertThat(answer.body()).contains(problem);
  }

  private static String body(String model, String option) {
    return "{\"model\":\"" + model + "\",\"max_tokens\":10," + option + ",\"messages\":[]}";
  }
}
