package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import xyz.trollllm.billing.mongo.LedgerAudit;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Served;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Gateways with little memory, whose store is in a process of its own behind a network of its own;
 * for one test. All requests are for the same model.
 */
final class OutageRig implements BeforeEachCallback, AfterEachCallback {
  private static final String MULTIPLIER = "1.06";

  private final List<RunningGateway> gateways = new ArrayList<>();
  private @Nullable Running running;

  private record Running(
      StoreProcess process, TcpProxy network, Store store, StandInUpstream upstream) {}

  @Override
  public void beforeEach(ExtensionContext context) {
    StoreProcess process = new StoreProcess();
    TcpProxy network = new TcpProxy(process.port());
    running = new Running(process, network, Store.in(process), StandInUpstream.start());
  }

  @Override
  public void afterEach(ExtensionContext context) {
    gateways.forEach(RunningGateway::close);
    gateways.clear();
    running().network.close();
    running().upstream.close();
    running().store.close();
  }

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("used before the test began");
    }
    return running;
  }

  Store store() {
    return running().store;
  }

  StandInUpstream upstream() {
    return running().upstream;
  }

  void begin(Outage outage) {
    outage.begin(running().process, running().network);
  }

  void end(Outage outage) {
    outage.end(running().process, running().network);
  }

  RunningGateway start(String config) {
    return start(config, Map.of());
  }

  /** Starts an instance that goes on with what the journal in this directory knows. */
  RunningGateway start(String config, Path journal) {
    return start(config, Map.of("JOURNAL_DIRECTORY", journal.toString()));
  }

  private RunningGateway start(String config, Map<String, String> more) {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(upstream()));
    environment.put("MONGODB_URI", Store.uri(running().network));
    environment.put("JAVA_TOOL_OPTIONS", "-Xmx160m");
    environment.putAll(more);
    RunningGateway gateway = RunningGateway.start(config, store(), environment);
    gateways.add(gateway);
    return gateway;
  }

  /**
   * Has the upstream hold streams back: from the fourth event on until {@code first} opens, and
   * from the sixth on until the gate opens that their client names as its user agent.
   */
  void holdStreams(Gate first, Map<String, Gate> last) {
    upstream()
        .follow(request -> {
          Gate gate = last.get(request.header("user-agent").orElse(""));
          return gate == null
              ? Behaviour.answers()
              : new Behaviour.Answers(
                  Delivery.IMMEDIATE.holdingEvent(4, first).holdingEvent(6, gate));
        });
  }

  HttpResponse<String> ops(RunningGateway gateway, String path) {
    return get(gateway.opsUrl().resolve(path));
  }

  static HttpResponse<String> get(URI url) {
    try {
      return Http.get(url);
    } catch (IOException e) {
      throw new AssertionError(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  /** Waits until an instance says that it is ready, or why it is not. */
  void awaitReady(RunningGateway gateway, int status, String words) {
    eventuallyPasses(() -> {
      HttpResponse<String> ready = ops(gateway, "/ready");
      assertThat(ready.statusCode()).as(ready.body()).isEqualTo(status);
      assertThat(ready.body()).contains(words);
    });
  }

  /** What the upstream served is what the ledger took, request by request, and nothing is held. */
  void assertBooks() {
    eventuallyPasses(() -> {
      Map<String, Long> taken = new HashMap<>();
      for (Document row : store().database().getCollection("request_logs").find()) {
        String id = row.getString("_id").replace("~late", "");
        if (row.getLong("costN") != 0) {
          assertThat(taken.put(id, row.getLong("costN"))).as("charged twice: " + id).isNull();
        }
      }
      Map<String, Long> served = served();
      assertThat(taken).as("charges").containsExactlyInAnyOrderEntriesOf(served);
      assertThat(counted()).isEqualTo(served.values().stream().mapToLong(Long::longValue).sum());
      for (Store.User user : store().users()) {
        assertThat(store().holds(user)).as("holds").isEmpty();
      }
      assertThat(new LedgerAudit(store().database()).run().differences()).isEmpty();
    });
  }

  /** What each request must cost that reached the upstream, by the request's id. */
  private Map<String, Long> served() {
    Map<String, Long> served = new HashMap<>();
    for (Served request : upstream().served()) {
      if (request.usage() != null) {
        assertThat(request.state()).isEqualTo(Served.State.COMPLETE);
        BigDecimal cost = Price.charge(Ask.HAIKU, request.usage(), MULTIPLIER);
        served.put(
            request.header("x-request-id").orElseThrow(), cost.movePointRight(9).longValueExact());
      }
    }
    return served;
  }

  private long counted() {
    long spent = 0;
    for (Store.User user : store().users()) {
      for (CreditField field : CreditField.values()) {
        spent +=
            store().document(user).getEmbedded(List.of("gw", "spent", field.balanceField()), 0L);
      }
    }
    return spent;
  }
}
