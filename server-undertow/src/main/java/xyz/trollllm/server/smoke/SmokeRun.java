package xyz.trollllm.server.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
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

  /** Before a model that was not served is tried again: as long as an upstream's hiccup. */
  private static final Duration BEFORE_NEXT = Duration.ofSeconds(3);

  private static final String REQUEST_ID = "request-id";

  private final GatewayClient gateway;
  private final Expectation expectation;
  private final int attempts;
  private final Duration settlement;
  private final Duration beforeNext;

  /**
   * @param attempts how often a model is tried until it is served; above 0. What may have cost
   *     money is not tried again, whatever became of it
   */
  public SmokeRun(GatewayClient gateway, Expectation expectation, int attempts) {
    this(gateway, expectation, attempts, SETTLEMENT, BEFORE_NEXT);
  }

  SmokeRun(
      GatewayClient gateway,
      Expectation expectation,
      int attempts,
      Duration settlement,
      Duration beforeNext) {
    this.gateway = gateway;
    this.expectation = expectation;
    this.attempts = attempts;
    this.settlement = settlement;
    this.beforeNext = beforeNext;
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
      tried.add(tried(model, prices));
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

  private Tried tried(String model, JsonNode prices) {
    return Quote.of(prices, model)
        .map(quote -> tried(quote, attempts))
        .orElseGet(() -> Tried.unserved(model, "/pricing does not quote it"));
  }

  private Tried tried(Quote quote, int left) {
    Tried once = once(quote);
    if (!once.unserved() || left == 1) {
      return once;
    }
    LockSupport.parkNanos(beforeNext.toNanos());
    return tried(quote, left - 1);
  }

  private Tried once(Quote quote) {
    SampleRequest request = SampleRequest.of(quote);
    Balances before;
    try {
      before = balances(gateway);
    } catch (SmokeException e) {
      return Tried.unserved(quote.model(), e.sentence());
    }
    return switch (gateway.post(request.api().path(), request.body())) {
      case Posted.NotSent(String why) -> Tried.unserved(quote.model(), why);
      case Posted.Lost(String why) ->
          Tried.unknown(quote.model(), List.of(why, "what the request cost is unknown"));
      case Posted.Answer(Answered answered, Optional<String> problem) ->
          answered.answer().status() == 200
              ? served(quote, before, answered, problem)
              : refused(quote, answered);
    };
  }

  private static Tried refused(Quote quote, Answered answered) {
    String error = GatewayClient.errorIn(new String(answered.answer().body(), UTF_8));
    String problem = "is answered %d: %s".formatted(answered.answer().status(), error);
    return answered.complete()
        ? Tried.unserved(quote.model(), problem)
        : Tried.unknown(
            quote.model(),
            List.of(problem, "the answer broke off; what " + named(answered) + " cost is unknown"));
  }

  private static String named(Answered answered) {
    return answered.header(REQUEST_ID).map(id -> "request " + id).orElse("the request");
  }

  private Tried served(
      Quote quote, Balances before, Answered answered, Optional<String> interrupted) {
    List<String> problems = new ArrayList<>();
    interrupted.ifPresent(problems::add);
    problems.addAll(expectation.differences(quote));
    StreamedAnswer stream = StreamedAnswer.of(answered.answer().body());
    problems.addAll(stream.problems());
    Polling polling = new Polling(settlement);
    Optional<String> id = answered.header(REQUEST_ID);
    Optional<Booked> settled = id.flatMap(known -> polling.until(() -> settled(known)));
    if (settled.isEmpty()) {
      problems.add(
          id.map(known -> notSettled(known, polling)).orElse("the answer has no request-id"));
      problems.add("what " + named(answered) + " cost is unknown");
      return Tried.unknown(quote.model(), problems);
    }
    Booked booked = settled.get();
    String difference = stream.difference(booked);
    if (difference != null) {
      problems.add(difference);
    }
    problems.addAll(expectation.differences(quote.model(), booked));
    problems.addAll(Comparison.ofCharge(quote, booked, answered.header("x-charge-usd")));
    Optional<Balances> after = polling.until(() -> Optional.of(balances(gateway)));
    after.ifPresentOrElse(
        later -> problems.addAll(Comparison.ofBalances(booked, before, later)),
        () -> problems.add("the balances cannot be compared" + polling.failure()));
    BigDecimal fell =
        after.map(later -> before.fell(booked.creditField(), later)).orElse(BigDecimal.ZERO);
    return Tried.served(quote.model(), booked, fell, problems);
  }

  private String notSettled(String id, Polling polling) {
    return "request %s was not settled within %d s%s"
        .formatted(id, settlement.toSeconds(), polling.failure());
  }

  private Optional<Booked> settled(String id) throws SmokeException {
    JsonNode request = gateway.get("/v1/me/requests/" + id);
    return Booked.isSettled(request) ? Optional.of(Booked.of(request)) : Optional.empty();
  }
}
