package xyz.trollllm.server.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.server.vectors.Answered;

/**
 * Tries the models of an endpoint one after the other, each with one request that costs money. The
 * user should be used for nothing else meanwhile, since its balances are compared. Blocks.
 */
public final class SmokeRun {
  /** Settlements come right after an answer, but nobody waits for them. */
  private static final Duration SETTLEMENT = Duration.ofSeconds(15);

  /** Doubled each time, since free requests have a limit a minute as well. */
  private static final Duration FIRST_PAUSE = Duration.ofMillis(50);

  /** Balances are doubles; what was spent is counted exactly beside them. */
  private static final BigDecimal PRECISION_OF_BALANCES = new BigDecimal("0.000001");

  /** Before a model that was not served is tried again: as long as an upstream's hiccup. */
  private static final Duration BEFORE_NEXT = Duration.ofSeconds(3);

  private final GatewayClient gateway;
  private final Expectation expectation;
  private final int attempts;

  /**
   * @param attempts how often a model is tried until it is served; above 0. What was charged wrong
   *     is not tried again
   */
  public SmokeRun(GatewayClient gateway, Expectation expectation, int attempts) {
    this.gateway = gateway;
    this.expectation = expectation;
    this.attempts = attempts;
  }

  /**
   * Tries these models, or all that the endpoint lists if there are none.
   *
   * @param other another endpoint that the key is good for, whose credit fields must not move
   */
  public SmokeReport run(List<String> wanted, @Nullable GatewayClient other) throws SmokeException {
    List<String> listed = listed();
    JsonNode prices = gateway.get("/pricing");
    Balances before = balances(gateway);
    OtherFields others = OtherFields.at(other);
    List<Tried> tried = new ArrayList<>();
    for (String model : wanted.isEmpty() ? listed : wanted) {
      tried.add(tried(model, prices, attempts));
    }
    List<String> problems = new ArrayList<>();
    if (wanted.isEmpty()) {
      expectation
          .missing(listed)
          .forEach(model -> problems.add(model + " is configured and not listed"));
    }
    problems.addAll(others.moved(before));
    return new SmokeReport(gateway.url(), tried, problems, others.notes());
  }

  private List<String> listed() throws SmokeException {
    return gateway
        .get("/v1/models")
        .path("data")
        .valueStream()
        .map(model -> model.path("id").asString(""))
        .toList();
  }

  static Balances balances(GatewayClient gateway) throws SmokeException {
    return Balances.of(gateway.get("/v1/me"));
  }

  private Tried tried(String model, JsonNode prices, int left) {
    Tried once = tried(model, prices);
    if (once.booked().isPresent() || left == 1) {
      return once;
    }
    LockSupport.parkNanos(BEFORE_NEXT.toNanos());
    return tried(model, prices, left - 1);
  }

  private Tried tried(String model, JsonNode prices) {
    Optional<Quote> quote = Quote.of(prices, model);
    try {
      return quote.isEmpty()
          ? Tried.failed(model, "/pricing does not quote it")
          : tried(quote.get());
    } catch (SmokeException e) {
      return Tried.failed(model, e.sentence());
    }
  }

  private Tried tried(Quote quote) throws SmokeException {
    SampleRequest request = SampleRequest.of(quote);
    Balances before = balances(gateway);
    Answered answered = gateway.post(request.api().path(), request.body());
    int status = answered.answer().status();
    if (status != 200) {
      String error = GatewayClient.errorIn(new String(answered.answer().body(), UTF_8));
      return Tried.failed(quote.model(), "is answered %d: %s".formatted(status, error));
    }
    List<String> problems = new ArrayList<>(expectation.differences(quote));
    StreamedAnswer stream = StreamedAnswer.of(answered.answer().body());
    problems.addAll(stream.problems());
    Optional<String> id = answered.header("request-id");
    Optional<Booked> booked = id.isEmpty() ? Optional.empty() : settled(id.get());
    if (booked.isEmpty()) {
      problems.add(
          id.map(known ->
                  "request %s was not settled within %d s".formatted(known, SETTLEMENT.toSeconds()))
              .orElse("the answer has no request-id"));
      return new Tried(quote.model(), booked, BigDecimal.ZERO, problems);
    }
    Balances after = balances(gateway);
    String difference = stream.difference(booked.get());
    if (difference != null) {
      problems.add(difference);
    }
    problems.addAll(expectation.differences(quote.model(), booked.get()));
    compareCharge(quote, booked.get(), answered.header("x-charge-usd"), problems);
    compareBalances(booked.get(), before, after, problems);
    return new Tried(
        quote.model(), booked, before.fell(booked.get().creditField(), after), problems);
  }

  private Optional<Booked> settled(String id) throws SmokeException {
    long deadline = System.nanoTime() + SETTLEMENT.toNanos();
    for (Duration pause = FIRST_PAUSE; ; pause = pause.multipliedBy(2)) {
      JsonNode request = gateway.get("/v1/me/requests/" + id);
      if (Booked.isSettled(request)) {
        return Optional.of(Booked.of(request));
      }
      if (System.nanoTime() - deadline > 0) {
        return Optional.empty();
      }
      LockSupport.parkNanos(pause.toNanos());
    }
  }

  private static void compareCharge(
      Quote quote, Booked booked, Optional<String> header, List<String> problems) {
    BigDecimal due = quote.charge(booked.items(), booked.uses());
    if (due.compareTo(booked.charge()) != 0) {
      problems.add(
          "%s USD was charged and %s is quoted for its tokens"
              .formatted(booked.charge().toPlainString(), due.toPlainString()));
    }
    header
        .filter(charged -> !charged.equals(booked.charge().toPlainString()))
        .filter(charged -> new BigDecimal(charged).compareTo(booked.charge()) != 0)
        .ifPresent(charged ->
            problems.add(
                "the answer says a charge of %s USD and the ledger %s"
                    .formatted(charged, booked.charge().toPlainString())));
    if (!booked.creditField().equals(quote.creditField())) {
      problems.add("%s paid and %s is quoted".formatted(booked.creditField(), quote.creditField()));
    }
    if (!booked.basis().equals("upstream")) {
      problems.add("the charge rests on numbers that are not the upstream's: " + booked.basis());
    }
  }

  private static void compareBalances(
      Booked booked, Balances before, Balances after, List<String> problems) {
    String field = booked.creditField();
    BigDecimal spent = before.spent(field, after);
    BigDecimal fell = before.fell(field, after);
    if (spent.compareTo(booked.charge()) != 0
        || fell.subtract(booked.charge()).abs().compareTo(PRECISION_OF_BALANCES) > 0) {
      problems.add(
          "%s fell by %s USD, of which %s count as spent, and not by the charge of %s (is the user busy elsewhere?)"
              .formatted(
                  field,
                  fell.toPlainString(),
                  spent.toPlainString(),
                  booked.charge().toPlainString()));
    }
    for (Map.Entry<String, BigDecimal> moved : before.movedBeside(field, after).entrySet()) {
      problems.add(
          "%s fell by %s USD, too".formatted(moved.getKey(), moved.getValue().toPlainString()));
    }
  }
}
