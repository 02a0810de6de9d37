package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.bson.Document;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;

/** Many small amounts add up to the last digit. */
final class BooksIT {
  private static final int REQUESTS = 400;
  private static final int AT_ONCE = 40;

  @RegisterExtension static final Stage STAGE = new Stage();

  @Test
  @DisplayName("B3: what hundreds of requests cost is what both counters lost, exactly")
  void manyRequestsAddUp() {
    Store.User user = STAGE.store().newUser(10, 10);
    BigDecimal fromChat = BigDecimal.ZERO;
    BigDecimal fromChat2 = BigDecimal.ZERO;

    for (int first = 0; first < REQUESTS; first += AT_ONCE) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = first; i < first + AT_ONCE; i++) {
        answers.add(ask(i, user));
      }
      for (int i = 0; i < AT_ONCE; i++) {
        BigDecimal cost = costOf(answers.get(i).join(), first + i);
        if (atChat(first + i)) {
          fromChat = fromChat.add(cost);
        } else {
          fromChat2 = fromChat2.add(cost);
        }
      }
    }

    assertSpent(user, "creditsNew", fromChat);
    assertSpent(user, "credits", fromChat2);
  }

  private static CompletableFuture<HttpResponse<String>> ask(int number, Store.User user) {
    String model = model(number);
    String body = Ask.words(model, 1 + number % 61);
    Api api = number % 3 == 0 ? Api.OPENAI_CHAT : Api.ANTHROPIC_MESSAGES;
    RunningGateway gateway = atChat(number) ? STAGE.chat() : STAGE.chat2();
    String sent = number % 5 < 3 ? Ask.streamed(body) : body;
    return Http.sendAsync(Http.request(gateway, api, user.key(), sent), BodyHandlers.ofString());
  }

  private static boolean atChat(int number) {
    return number % 7 < 4;
  }

  private static String model(int number) {
    return List.of(Ask.OPUS, Ask.SONNET, Ask.HAIKU).get(number % 11 % 3);
  }

  private static BigDecimal costOf(HttpResponse<String> answer, int number) {
    assertThat(answer.statusCode()).isEqualTo(200);
    TokenCounts used =
        Objects.requireNonNull(Trace.served(STAGE.upstream(), Http.requestId(answer)).usage());
    return Price.charge(model(number), used, "1.06");
  }

  private static void assertSpent(Store.User user, String field, BigDecimal expected) {
    assertThat(expected).isPositive();
    eventuallyPasses(() -> {
      Document document = STAGE.store().document(user);
      long spent = document.getEmbedded(List.of("gw", "spent", field), 0L);
      assertThat(spent).isEqualTo(expected.movePointRight(9).longValueExact());
      assertThat(document.getDouble(field)).isCloseTo(10 - expected.doubleValue(), within(1e-6));
    });
  }
}
