package xyz.trollllm.billing.mongo;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.HoldRequest;
import xyz.trollllm.billing.Requests;
import xyz.trollllm.billing.Reservation;
import xyz.trollllm.billing.Settled;
import xyz.trollllm.billing.StoreState;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/**
 * Gateways of one user's requests on one store, with virtual time and a network that fails as
 * planned. A gateway that dies is replaced by a fresh one of the same name. Used by one thread.
 */
final class FaultWorld {
  static final String USER = "ann";
  private static final MongoLedgerOptions OPTIONS =
      MongoLedgerOptions.of("any").withoutUpkeep().withMaxOpenHolds(4);

  private final VirtualClock clock = new VirtualClock();
  private final VirtualClock gatewayClock = new VirtualClock();
  private final StoreUnderTest underTest;
  private final UnaryOperator<LedgerStore> mutant;
  private final boolean journal;
  private final FaultyNetwork network;
  private final Map<String, Gateway> gateways = new HashMap<>();
  private final Map<String, Request> requests = new LinkedHashMap<>();
  private final Set<String> violations = new LinkedHashSet<>();
  private int visitors;

  /**
   * A world in which {@link #USER} has credit.
   *
   * @param mutant what every gateway makes of its store
   * @param journal whether a gateway that died knows which requests it had open: it settles what it
   *     had begun to settle, and releases the others
   */
  FaultWorld(
      StoreUnderTest underTest,
      FaultPlan plan,
      UnaryOperator<LedgerStore> mutant,
      boolean journal) {
    this.underTest = underTest;
    this.mutant = mutant;
    this.journal = journal;
    underTest
        .insert()
        .accept(
            Collections.USERS,
            new Document("_id", USER).append("credits", 1.0).append("creditsNew", 2.0));
    this.network =
        new FaultyNetwork(
            new StoreInVirtualTime(underTest.store(), clock),
            clock,
            plan,
            this::visitor,
            () -> violations.addAll(BookCheck.ofUser(user())));
  }

  /** What {@link #USER} has of a credit field at first, in nano-dollars. */
  static long opening(CreditField field) {
    return field == CreditField.CREDITS ? 1_000_000_000L : 2_000_000_000L;
  }

  /** One request as its client sees it. */
  static final class Request {
    final String id;
    final CreditField field;
    Usd charge = Usd.ZERO;
    private @Nullable Gateway gateway;
    @Nullable Hold hold;
    @Nullable Reservation reservation;
    @Nullable Settled settled;
    boolean settling;
    boolean refunding;
    boolean refunded;

    /** The hold by the journal, once that has to say how the request ends. */
    private @Nullable Hold journalled;

    private final Hold wanted;

    Request(Hold wanted) {
      this.id = wanted.requestId();
      this.field = wanted.creditField();
      this.wanted = wanted;
    }
  }

  private final class Gateway {
    private final FaultyNetwork.Link link = network.new Link();
    private final StepExecutor executor = new StepExecutor();
    private final MongoCreditLedger ledger;
    private final Refunds refunds;

    Gateway(String name) {
      this.refunds = new Refunds(mutant.apply(link), MongoLedgerOptions.of(name), gatewayClock);
      this.ledger =
          MongoCreditLedger.open(
              mutant.apply(link),
              _ -> {},
              OPTIONS.withInstance(name),
              gatewayClock,
              new Backoff(Duration.ZERO, Duration.ZERO),
              executor,
              StoreState.ANSWERS);
    }
  }

  /** A step of the script: what the named gateway does; if it dies of it, that is all it does. */
  private void step(String name, Consumer<Gateway> work) {
    Gateway gateway = gateways.computeIfAbsent(name, Gateway::new);
    try {
      work.accept(gateway);
    } catch (FaultyNetwork.ProcessDied _) {
      Gateway fresh = new Gateway(name);
      gateways.put(name, fresh);
      if (journal) {
        for (Request request : List.copyOf(requests.values())) {
          if (request.gateway == gateway && request.settled == null) {
            settleByJournal(name, request);
          }
        }
      }
    } catch (com.mongodb.MongoException e) {
      // A drain or sweep that failed is tried again by its timer.
    }
  }

  /** Nothing was served of a request that was not about to be settled. */
  private void settleByJournal(String name, Request request) {
    request.journalled = request.hold == null ? request.wanted : request.hold;
    settle(name, request, request.journalled, request.settling ? request.charge : Usd.ZERO);
  }

  /** Several operations that wait at the same time. */
  void together(String name, Runnable... operations) {
    step(
        name,
        gateway ->
            gateway.executor.collectDuring(() -> List.of(operations).forEach(Runnable::run)));
  }

  void reserve(String name, String id, CreditField field, String usd) {
    reserve(name, new HoldRequest(id, USER, field, Usd.of(usd), Requests.LIFETIME));
  }

  /** Reserves by a time that comes sooner than the ledger would give up. */
  void reserveBy(String name, String id, CreditField field, String usd, Duration fromNow) {
    HoldRequest wanted = new HoldRequest(id, USER, field, Usd.of(usd), Requests.LIFETIME);
    reserve(name, wanted.by(gatewayClock.instant().plus(fromNow)));
  }

  private void reserve(String name, HoldRequest wanted) {
    String id = wanted.requestId();
    Request request =
        new Request(
            new Hold(
                id,
                USER,
                wanted.creditField(),
                wanted.amount(),
                gatewayClock.instant().plus(wanted.lifetime())));
    requests.put(id, request);
    step(
        name,
        gateway -> {
          request.gateway = gateway;
          gateway.ledger.reserve(
              wanted,
              answer -> {
                if (!gateway.link.isDead()) {
                  request.reservation = answer;
                  request.hold = answer instanceof Reservation.Held held ? held.hold() : null;
                }
              });
        });
  }

  /**
   * Admits a request without the store.
   *
   * @param asked whether it was asked once before, and not waited for
   */
  void grace(String name, String id, CreditField field, String usd, boolean asked) {
    HoldRequest wanted = new HoldRequest(id, USER, field, Usd.of(usd), Requests.LIFETIME);
    LedgerStatements.Reserve reserve =
        new LedgerStatements(OPTIONS.withInstance(name)).reserve(wanted, gatewayClock.instant());
    Request request = new Request(reserve.hold());
    requests.put(id, request);
    step(
        name,
        gateway -> {
          request.gateway = gateway;
          request.hold = reserve.hold().asGraced();
          if (asked) {
            mutant.apply(gateway.link).update(reserve.update());
          }
        });
  }

  /** Raises a hold; the request goes on with what it had if that is refused. */
  void raise(String name, String id, String usd) {
    Request request = request(id);
    Hold hold = standing(name, request);
    if (hold != null) {
      step(
          name,
          gateway ->
              gateway.ledger.raise(
                  hold,
                  Usd.of(usd),
                  answer -> {
                    if (!gateway.link.isDead() && answer instanceof Reservation.Held held) {
                      request.hold = held.hold();
                    }
                  }));
    }
  }

  void extend(String name, String id) {
    Hold hold = standing(name, request(id));
    if (hold != null) {
      step(name, gateway -> gateway.ledger.extend(hold));
    }
  }

  void settle(String name, String id, String usd) {
    Request request = request(id);
    Hold hold = standing(name, request);
    if (hold != null) {
      settle(name, request, hold, Usd.of(usd));
    }
  }

  private void settle(String name, Request request, Hold hold, Usd charge) {
    request.settling = true;
    request.charge = charge;
    step(
        name,
        gateway -> {
          request.gateway = gateway;
          gateway.ledger.settle(
              Requests.settlement(hold, charge),
              answer -> {
                boolean neverHeld = answer instanceof Settled.UnknownHold && request.hold == null;
                if (!gateway.link.isDead() && !neverHeld) {
                  request.settled = answer;
                }
              });
        });
  }

  /** An operator's command; whoever got no answer asks again. */
  void refund(String name, String id) {
    Request request = request(id);
    request.refunding = true;
    step(
        name,
        gateway -> {
          Refunded answer = gateway.refunds.refund(id, "eve", "broken");
          if (answer instanceof Refunded.Done && request.refunded) {
            violations.add("request " + id + " was given back twice, they say");
          }
          request.refunded |=
              answer instanceof Refunded.Done || answer instanceof Refunded.DoneBefore;
        });
  }

  /** The hold of a request that still has a process to serve it. */
  private @Nullable Hold standing(String name, Request request) {
    return request.gateway == gateways.get(name) && request.journalled == null
        ? request.hold
        : null;
  }

  private Request request(String id) {
    return Objects.requireNonNull(requests.get(id), id);
  }

  void drain(String name) {
    step(name, gateway -> gateway.ledger.upkeep().drainOnce());
  }

  void sweep(String name) {
    step(name, gateway -> gateway.ledger.upkeep().sweepOnce());
  }

  void move(Duration by) {
    clock.move(by);
    gatewayClock.move(by);
  }

  /** The clock of all gateways jumps, that of the store does not. */
  void jump(Duration by) {
    gatewayClock.move(by);
  }

  void deliver() {
    network.deliver();
  }

  /** Another instance that serves a request of the same user and sees to the log. */
  private void visitor() {
    String name = "visitor-" + ++visitors;
    reserve(name, name, CreditField.CREDITS, "0.01");
    settle(name, name, "0.007");
    drain(name);
  }

  /** Fresh gateways find what was left behind; late messages arrive in between. */
  void recover() {
    network.quietly(() -> {
      for (Duration pause :
          List.of(
              Duration.ZERO,
              Duration.ofMinutes(1),
              Duration.ofMinutes(30),
              Duration.ofHours(26),
              Duration.ofHours(26))) {
        move(pause);
        network.deliver();
        sweep("recovery");
        for (int i = 0; i < 3; i++) {
          drain("recovery");
        }
      }
    });
  }

  List<FaultPlan.Call> calls() {
    return network.calls();
  }

  /** Everything that is wrong now that all is over. */
  List<String> violations() {
    violations.addAll(
        BookCheck.ofAll(
            user(), underTest.all().apply(Collections.REQUEST_LOGS), requests.values()));
    return new ArrayList<>(violations);
  }

  private Document user() {
    return underTest.all().apply(Collections.USERS).getFirst();
  }
}
