package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.UUID;
import org.bson.Document;
import org.bson.types.Decimal128;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/** Where a request goes and which credit field pays for it have nothing to do with each other. */
final class CreditFieldIT {
  private static final String OHMYGPT_KEY = "sk-operator-at-ohmygpt";

  @RegisterExtension static final Stage STAGE = new Stage();

  private static final StandInUpstream OHMYGPT =
      StandInUpstream.builder().keys(Set.of(OHMYGPT_KEY)).start();
  private static RunningGateway combinations;

  @BeforeAll
  static void startOneOfAllCombinations() {
    String config =
        """
        {"instance": "combinations", "port": 8006,
         "endpoints": [{"name": "openhands-anthropic", "base_url": "%s/v1/messages"},
                       {"name": "ohmygpt-anthropic", "base_url": "%s/v1/messages"}],
         "models": [%s, %s, %s, %s]}\
        """
            .formatted(
                STAGE.upstream().url(),
                OHMYGPT.url(),
                model("openhands", "openhands"),
                model("openhands", "ohmygpt"),
                model("ohmygpt", "openhands"),
                model("ohmygpt", "ohmygpt"));
    combinations =
        STAGE.start(
            ConfigCopy.write(config),
            Map.of("OPENHANDS_API_KEY", StandInUpstream.KEY, "OHMYGPT_API_KEY", OHMYGPT_KEY));
  }

  private static String model(String upstream, String billingUpstream) {
    return """
    {"id": "to-%s-for-%s", "upstream": "%s", "upstream_model_id": "claude-haiku-4-5",
     "billing_upstream": "%s", "billing_multiplier": 1.2, "input_price_per_mtok": 1,
     "output_price_per_mtok": 5, "cache_write_price_per_mtok": 1.25,
     "cache_write_1h_price_per_mtok": 2, "cache_hit_price_per_mtok": 0.1,
     "max_input_tokens": 200000, "max_output_tokens": 64000}\
    """
        .formatted(upstream, billingUpstream, upstream, billingUpstream);
  }

  @AfterAll
  static void stop() {
    OHMYGPT.close();
  }

  @ParameterizedTest
  @CsvSource({
    "openhands, openhands, creditsNew",
    "openhands, ohmygpt, credits",
    "ohmygpt, openhands, creditsNew",
    "ohmygpt, ohmygpt, credits"
  })
  @DisplayName("B1: upstream and credit field are chosen independently")
  void everyCombinationWorks(String upstream, String billingUpstream, String field)
      throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    String model = "to-" + upstream + "-for-" + billingUpstream;

    HttpResponse<String> answer = Http.post(combinations, user.key(), Ask.everyKindOfToken(model));

    StandInUpstream standIn = upstream.equals("ohmygpt") ? OHMYGPT : STAGE.upstream();
    Served served = Trace.served(standIn, Http.requestId(answer));
    var used = Objects.requireNonNull(served.usage());
    BigDecimal cost = Price.charge(Ask.HAIKU, used, "1.2");
    Trace.of(combinations, STAGE.store(), Http.requestId(answer))
        .assertCharged(cost, "1.2", field, upstream, used);
    String other = field.equals("credits") ? "creditsNew" : "credits";
    assertThat(STAGE.store().document(user).getDouble(other)).isEqualTo(10);
  }

  /** Users whose own field can pay and whose other one could not. */
  static List<Document> othersField() {
    return List.of(
        new Document("credits", 1.0).append("creditsNew", 0.0),
        new Document("credits", 1.0),
        new Document("credits", 1.0).append("creditsNew", -5.0),
        new Document("credits", 1.0)
            .append("creditsNew", 3.0)
            .append("expiresAtNew", Date.from(Instant.EPOCH)));
  }

  @ParameterizedTest
  @MethodSource("othersField")
  @DisplayName("B2: chat2 looks at credits only, and leaves the other field as it is")
  void chat2NeverLooksAtCreditsNew(Document balances) throws Exception {
    Document before = legacy(balances);
    Store.User user = STAGE.store().newUser(before);

    int status = Http.post(STAGE.chat2(), user.key(), Ask.answer(Ask.HAIKU)).statusCode();

    assertThat(status).isEqualTo(200);
    assertOnlyCharged(before, user, "credits", "creditsUsed");
  }

  @ParameterizedTest
  @MethodSource("othersField")
  @DisplayName("B2: chat looks at creditsNew only, and leaves the other field as it is")
  void chatNeverLooksAtCredits(Document balances) throws Exception {
    Document before = legacy(mirrored(balances));
    Store.User user = STAGE.store().newUser(before);

    int status = Http.post(STAGE.chat(), user.key(), Ask.answer(Ask.HAIKU)).statusCode();

    assertThat(status).isEqualTo(200);
    assertOnlyCharged(before, user, "creditsNew", "creditsNewUsed");
  }

  @ParameterizedTest
  @MethodSource("othersField")
  @DisplayName("B2: an endpoint's own field alone decides that there is no credit")
  void fullOtherFieldDoesNotPay(Document balances) throws Exception {
    Document before = legacy(balances);
    Store.User user = STAGE.store().newUser(before);
    Document mirrored = legacy(mirrored(balances));
    Store.User mirror = STAGE.store().newUser(mirrored);
    int refusal = balances.containsKey("expiresAtNew") ? 403 : 402;

    HttpResponse<String> chat = Http.post(STAGE.chat(), user.key(), Ask.answer(Ask.HAIKU));
    HttpResponse<String> chat2 = Http.post(STAGE.chat2(), mirror.key(), Ask.answer(Ask.HAIKU));

    assertThat(chat.statusCode()).isEqualTo(refusal);
    assertThat(chat.body()).contains("creditsNew");
    assertThat(chat2.statusCode()).isEqualTo(refusal);
    assertThat(withoutGateway(STAGE.store().document(user))).isEqualTo(before);
    assertThat(withoutGateway(STAGE.store().document(mirror))).isEqualTo(mirrored);
  }

  /** Balances of one user in all numbers that the store knows. */
  static List<Number> kindsOfNumbers() {
    return List.of(5.25, 5, 5L, new Decimal128(new BigDecimal("5.25")));
  }

  @ParameterizedTest
  @MethodSource("kindsOfNumbers")
  @DisplayName("B5: existing documents work as they are, whatever kind of number they hold")
  void legacyDocumentIsCharged(Number balance) throws Exception {
    Document before = legacy(new Document("credits", balance).append("creditsNew", balance));
    Store.User user = STAGE.store().newUser(before);

    HttpResponse<String> answer = Http.post(STAGE.chat(), user.key(), Ask.answer(Ask.HAIKU));

    assertThat(answer.statusCode()).isEqualTo(200);
    assertOnlyCharged(before, user, "creditsNew", "creditsNewUsed");
  }

  @Test
  @DisplayName("B5: a key that stands in the user's own document works")
  void keyInTheUsersDocument() throws Exception {
    String key = "sk-own-" + UUID.randomUUID();
    Document before =
        legacy(new Document("credits", 1.0).append("creditsNew", 1.0)).append("apiKey", key);
    Store.User user = STAGE.store().newUser(before);

    assertThat(Http.post(STAGE.chat(), key, Ask.answer(Ask.HAIKU)).statusCode()).isEqualTo(200);
    assertOnlyCharged(before, user, "creditsNew", "creditsNewUsed");
  }

  /** A document as an older system left it, with much in it that is none of our business. */
  private static Document legacy(Document balances) {
    Document document =
        new Document("_id", "legacy-" + UUID.randomUUID())
            .append("email", "someone@example.com")
            .append("role", "priority")
            .append("plan", "pro")
            .append("refCredits", 7.5)
            .append("creditsUsed", 2.5)
            .append("creditsNewUsed", 2.5)
            .append("tokensUserNew", 1_000L)
            .append("createdAt", Date.from(Instant.EPOCH))
            .append("history", List.of(new Document("amount", 1)));
    document.putAll(balances);
    return document;
  }

  private static Document mirrored(Document balances) {
    Document mirrored = new Document();
    balances.forEach((key, value) ->
        mirrored.append(key.endsWith("New") ? key.replace("New", "") : key + "New", value));
    return mirrored;
  }

  /** Balance, what was used of it and the tokens moved, and nothing else. */
  private static void assertOnlyCharged(
      Document before, Store.User user, String field, String usedField) {
    eventuallyPasses(() -> {
      Document after = STAGE.store().document(user);
      long spent = after.getEmbedded(List.of("gw", "spent", field), 0L);
      double was = before.get(field, Number.class).doubleValue();
      assertThat(spent).isPositive();
      assertThat(after.getEmbedded(List.of("gw", "h"), new Document())).isEmpty();
      assertThat(after.get(field, Number.class).doubleValue())
          .isCloseTo(was - spent / 1e9, within(1e-6));
      assertThat(after.getDouble(usedField)).isCloseTo(2.5 + spent / 1e9, within(1e-6));
      assertThat(after.getLong("tokensUserNew")).isGreaterThan(1_000);
      for (String moved : List.of(field, usedField, "tokensUserNew")) {
        after.put(moved, before.get(moved));
      }
      assertThat(withoutGateway(after)).isEqualTo(before);
    });
  }

  private static Document withoutGateway(Document document) {
    document.remove("gw");
    return document;
  }
}
