package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.billing.Models.prices;
import static xyz.trollllm.billing.Models.pricing;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;

final class PriceBookTest {
  private static final ModelPricing PRICING = pricing(prices("1", "1", "1", "1", "1"), "1");

  private static final ModelConfig OPUS = model("opus", "openhands", "claude-opus", "big");
  private static final ModelConfig ELSEWHERE = model("opus-2", "ohmygpt", "claude-opus", "far");
  private static final ModelConfig DISCOUNTED = model("opus-3", "openhands", "claude-opus", "sale");
  private static final ModelConfig HAIKU = model("haiku", "openhands", "claude-haiku", "small");
  private static final ModelConfig DISTANT = model("distant", "ohmygpt", "claude-distant", "off");

  private final PriceBook book = PriceBook.of(List.of(ELSEWHERE, OPUS, DISCOUNTED, HAIKU, DISTANT));

  @Test
  void clientsAskByIdAndAliasOnly() {
    assertThat(book.requestable("opus")).contains(OPUS);
    assertThat(book.requestable("big")).contains(OPUS);
    assertThat(book.requestable("claude-opus")).isEmpty();
  }

  @Test
  void requestedModelIsMeantByAnyOfItsNames() {
    assertThat(book.reported("opus-3", DISCOUNTED)).contains(DISCOUNTED);
    assertThat(book.reported("sale", DISCOUNTED)).contains(DISCOUNTED);
    assertThat(book.reported("claude-opus", DISCOUNTED)).contains(DISCOUNTED);
  }

  @Test
  void otherModelsOfTheSameUpstreamComeNext() {
    assertThat(book.reported("claude-opus", HAIKU)).contains(OPUS);
    assertThat(book.reported("claude-opus", DISTANT)).contains(ELSEWHERE);
  }

  @Test
  void idsAndAliasesOfThisInstanceAreUnderstood() {
    assertThat(book.reported("opus", HAIKU)).contains(OPUS);
    assertThat(book.reported("big", HAIKU)).contains(OPUS);
  }

  @Test
  void upstreamsIdIsUnderstoodBeforeAnIdOfThisInstance() {
    ModelConfig misnamed = model("claude-haiku", "ohmygpt", "other", "mis");

    assertThat(PriceBook.of(List.of(misnamed, OPUS, HAIKU)).reported("claude-haiku", OPUS))
        .contains(HAIKU);
  }

  @Test
  void modelOfAnotherUpstreamIsBetterThanNone() {
    assertThat(book.reported("claude-distant", HAIKU)).contains(DISTANT);
  }

  @Test
  void namesAreNeverMatchedInPart() {
    assertThat(book.reported("claude-opus-20251101", OPUS)).isEmpty();
    assertThat(book.reported("claude", OPUS)).isEmpty();
  }

  @Test
  void bookOfAnInstanceHasAllItsModels() {
    GatewayConfig config =
        new GatewayConfig("instance", 0, 0, 1_000, 0, Map.of(), List.of(OPUS, HAIKU));

    assertThat(PriceBook.of(config).models()).containsExactly(OPUS, HAIKU);
  }

  @Test
  void modelsKeepTheirOrder() {
    assertThat(book.models()).containsExactly(ELSEWHERE, OPUS, DISCOUNTED, HAIKU, DISTANT);
  }

  private static ModelConfig model(
      String id, String upstream, String upstreamModelId, String alias) {
    return Models.model(id, List.of(alias), upstream, upstreamModelId, PRICING);
  }
}
