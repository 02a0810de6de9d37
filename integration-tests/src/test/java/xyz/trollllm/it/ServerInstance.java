package xyz.trollllm.it;

import static xyz.trollllm.it.Eventually.eventuallyPasses;

import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.assertj.core.api.Assertions;
import org.bson.Document;
import tools.jackson.databind.JsonNode;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.server.vectors.Accounted;
import xyz.trollllm.server.vectors.Answered;
import xyz.trollllm.server.vectors.Expectation;
import xyz.trollllm.server.vectors.Gateway;
import xyz.trollllm.server.vectors.HttpText;
import xyz.trollllm.server.vectors.SocketClient;

/** The built artifact as a process, between sockets and a store. */
final class ServerInstance implements VectorInstance {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** The names of the counts in the request log, by the names that the vectors give them. */
  private static final Map<String, String> LOGGED =
      Map.of(
          "in", "input_tokens",
          "w5", "cache_write_5m_tokens",
          "w1", "cache_write_1h_tokens",
          "cr", "cache_hit_tokens",
          "out", "output_tokens",
          "web", "web_searches",
          "fetch", "web_fetches");

  private final Store store;
  private final RunningGateway process;
  private final SocketClient client;

  ServerInstance(Store store, PublishedBook book, Map<String, String> environment) {
    this.store = store;
    this.process = RunningGateway.start(book.file().toString(), store, environment);
    this.client = new SocketClient(process.url(), PATIENCE);
  }

  RunningGateway process() {
    return process;
  }

  @Override
  public User newUser(int credits, int creditsNew) {
    return new ServerUser(store.newUser(credits, creditsNew));
  }

  @Override
  public void close() {
    process.close();
  }

  private final class ServerUser implements User {
    private final Store.User user;

    ServerUser(Store.User user) {
      this.user = user;
    }

    @Override
    public String key() {
      return user.key();
    }

    @Override
    public Gateway gateway() {
      return gateway(() -> (answered, _) -> accounted(answered));
    }

    @Override
    public Gateway unwatched() {
      return gateway(() -> (_, _) -> Accounted.UNKNOWN);
    }

    private Gateway gateway(Supplier<Gateway.Watch> watch) {
      return new Gateway() {
        @Override
        public Answered send(HttpText request) throws IOException {
          return client.send(request);
        }

        @Override
        public Watch watch() {
          return watch.get();
        }
      };
    }

    /** The books after the only request of this user. */
    private Accounted accounted(Answered answered) {
      List<String> differences = new ArrayList<>();
      Optional<String> requestId = answered.header("request-id");
      if (requestId.isEmpty()) {
        return unbooked(List.of());
      }
      JsonNode line = Trace.waitForLine(process, requestId.get());
      if (!line.has("credit_field")) {
        return unbooked(differences);
      }
      BigDecimal charge = new BigDecimal(line.path("cost_usd").stringValue());
      CreditField field = field(line.path("credit_field").stringValue());
      differences.addAll(awaitSpent(Map.of(field, charge)));
      differences.addAll(awaitRecord(requestId.get()));
      return new Accounted(
          charge,
          1,
          line.path("basis").stringValue(),
          counts(line),
          flags(line),
          line.path("served_model").asString(null),
          field.balanceField(),
          line,
          differences);
    }

    private Accounted unbooked(List<String> differences) {
      List<String> all = new ArrayList<>(differences);
      all.addAll(awaitSpent(Map.of()));
      return new Accounted(
          BigDecimal.ZERO, store.records(user).size(), null, null, null, null, null, null, all);
    }

    private List<String> awaitRecord(String requestId) {
      return differences(() -> Assertions.assertThat(store.record(requestId)).isPresent());
    }

    @Override
    public List<String> awaitSpent(Map<CreditField, BigDecimal> amounts) {
      return differences(() -> assertSpent(amounts));
    }

    private void assertSpent(Map<CreditField, BigDecimal> amounts) {
      Document document = store.document(user);
      Assertions.assertThat(store.holds(user)).as("holds").isEmpty();
      for (CreditField field : CreditField.values()) {
        BigDecimal expected = amounts.getOrDefault(field, BigDecimal.ZERO);
        long spent = document.getEmbedded(List.of("gw", "spent", field.balanceField()), 0L);
        double before = field == CreditField.CREDITS ? user.credits() : user.creditsNew();
        Assertions.assertThat(BigDecimal.valueOf(spent, 9))
            .as("counted as spent from %s", field.balanceField())
            .isEqualByComparingTo(expected);
        Assertions.assertThat(before - Store.balance(document, field))
            .as("lost by %s", field.balanceField())
            .isCloseTo(expected.doubleValue(), Assertions.within(1e-9));
      }
    }
  }

  private static List<String> differences(Runnable assertion) {
    try {
      eventuallyPasses(assertion);
      return List.of();
    } catch (AssertionError e) {
      return List.of(String.valueOf(e.getMessage()).strip().replaceAll("\\s+", " "));
    }
  }

  private static CreditField field(String balanceField) {
    for (CreditField field : CreditField.values()) {
      if (field.balanceField().equals(balanceField)) {
        return field;
      }
    }
    throw new IllegalArgumentException(balanceField);
  }

  private static Map<String, Long> counts(JsonNode line) {
    Map<String, Long> counts = new HashMap<>();
    LOGGED.forEach((name, logged) -> counts.put(name, line.path(logged).longValue()));
    for (JsonNode item : line.path("items")) {
      String kind = item.path("kind").stringValue();
      if (!kind.equals("message")) {
        Expectation.TOKENS.forEach(
            name -> counts.put(kind + "." + name, item.path(LOGGED.get(name)).longValue()));
      }
    }
    return counts;
  }

  private static Set<String> flags(JsonNode line) {
    Set<String> flags = new TreeSet<>();
    line.path("flags").forEach(flag -> flags.add(flag.stringValue()));
    return flags;
  }
}
