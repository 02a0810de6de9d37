package xyz.trollllm.proxy.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import xyz.trollllm.billing.TokenUsage;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.Api;

final class UpperBoundTest {
  private static final int REQUESTS = 100_000;

  @Test
  void noHonestAnswerCostsMoreThanWasHeld() {
    Random random = new Random(20261123);
    RandomModels models = new RandomModels(random);
    Route route = models.route(Api.ANTHROPIC_MESSAGES);
    int admitted = 0;
    int lowered = 0;

    while (admitted < REQUESTS) {
      if (random.nextInt(8) == 0) {
        route = models.route(random.nextBoolean() ? Api.ANTHROPIC_MESSAGES : Api.OPENAI_CHAT);
      }
      HonestExchange exchange = new HonestExchange(random, route);
      if (new OptionPrices(route).problem(exchange.summary.options()).isPresent()) {
        continue;
      }
      admitted++;
      UpperBound bound = new UpperBound(exchange.summary, exchange.body.remaining(), route);
      Usd charge = charge(route, exchange.answer(exchange.maxTokens()));
      if (charge.compareTo(bound.asked()) > 0 || bound.asked().compareTo(bound.ceiling()) > 0) {
        throw new AssertionError(
            "request "
                + admitted
                + " "
                + exchange.summary
                + " of "
                + route
                + " costs "
                + charge
                + ", held "
                + bound.asked()
                + ", at most "
                + bound.ceiling());
      }
      lowered += checkLowered(random, route, exchange, bound);
    }

    assertThat(lowered).isGreaterThan(REQUESTS / 10);
  }

  /** Returns 1 if the request could be admitted with a random part of what it needs. */
  private static int checkLowered(
      Random random, Route route, HonestExchange exchange, UpperBound bound) {
    long asked = bound.asked().nanos();
    Usd available = Usd.ofNanos(random.nextLong(asked + 1));
    OptionalLong affordable = bound.affordable(available);
    if (affordable.isEmpty()) {
      return 0;
    }
    long tokens = affordable.getAsLong();
    assertThat(tokens).isBetween(1L, exchange.maxTokens() - 1);
    assertThat(bound.of(tokens)).isLessThanOrEqualTo(available);
    assertThat(bound.of(tokens + 1)).isGreaterThan(available);
    assertThat(charge(route, exchange.answer(tokens))).isLessThanOrEqualTo(available);
    return 1;
  }

  private static Usd charge(Route route, TokenUsage usage) {
    return route.prices().cost(route.model(), usage).charge();
  }
}
