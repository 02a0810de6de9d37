package xyz.trollllm.it;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.InMemoryCreditLedger;
import xyz.trollllm.billing.Settlement;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.proxy.BlockingResponse;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.MeteredProxy;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.admission.Account;
import xyz.trollllm.proxy.upstream.JdkUpstream;
import xyz.trollllm.server.vectors.Accounted;
import xyz.trollllm.server.vectors.Answered;
import xyz.trollllm.server.vectors.Gateway;
import xyz.trollllm.server.vectors.HttpText;

/** The embeddable library without a server: a proxy, a ledger in memory, the portable upstream. */
final class CoreInstance implements VectorInstance {
  private final InMemoryCreditLedger ledger = new InMemoryCreditLedger();
  private final Map<String, Account> accounts = new ConcurrentHashMap<>();
  private final MeteredProxy proxy;

  CoreInstance(PublishedBook book, Map<String, String> environment) {
    GatewayConfig config = ConfigLoader.load(book.file(), environment);
    UpstreamKeys keys = UpstreamKeys.resolve(config, environment);
    Map<String, List<String>> apiKeys = new ConcurrentHashMap<>();
    config.upstreams().forEach((name, upstream) -> apiKeys.put(name, keys.of(upstream)));
    proxy =
        new MeteredProxy(
            config,
            apiKeys,
            key -> Optional.ofNullable(accounts.get(key.value())),
            ledger,
            _ -> {},
            _ -> {},
            JdkUpstream::new);
  }

  @Override
  public User newUser(int credits, int creditsNew) {
    CoreUser user = new CoreUser("user-" + UUID.randomUUID(), "sk-" + UUID.randomUUID());
    ledger.setBalance(user.name, CreditField.CREDITS, Usd.of(Integer.toString(credits)));
    ledger.setBalance(user.name, CreditField.CREDITS_NEW, Usd.of(Integer.toString(creditsNew)));
    accounts.put(user.key, new Account(user.name, true));
    return user;
  }

  @Override
  public void close() {
    proxy.close();
  }

  private Answered send(HttpText request) throws IOException {
    String[] target = request.target().split("\\?", 2);
    Headers.Builder headers = new Headers.Builder();
    request.fields().forEach(field -> headers.add(field.name(), field.value()));
    Collected answer = new Collected();
    long start = System.nanoTime();
    proxy.serve(
        new ProxyRequest(
            request.method(),
            target[0],
            target.length == 2 ? target[1] : null,
            headers.build(),
            ByteBuffer.wrap(request.body())),
        answer);
    return new Answered(
        answer.text(), answer.complete, Duration.ofNanos(System.nanoTime() - start));
  }

  private final class CoreUser implements User {
    private final String name;
    private final String key;

    CoreUser(String name, String key) {
      this.name = name;
      this.key = key;
    }

    @Override
    public String key() {
      return key;
    }

    @Override
    public Gateway gateway() {
      return gateway(this::watch);
    }

    @Override
    public Gateway unwatched() {
      return gateway(() -> (_, _) -> Accounted.UNKNOWN);
    }

    private Gateway gateway(Supplier<Gateway.Watch> watch) {
      return new Gateway() {
        @Override
        public Answered send(HttpText request) throws IOException {
          return CoreInstance.this.send(request);
        }

        @Override
        public Watch watch() {
          return watch.get();
        }
      };
    }

    /** Everything is settled when an answer ends, since the ledger answers at once. */
    private Gateway.Watch watch() {
      int before = settlements().size();
      Map<CreditField, Usd> balances = balances();
      return (_, _) -> accounted(settlements().stream().skip(before).toList(), balances);
    }

    private List<Settlement> settlements() {
      Predicate<Settlement> mine = settlement -> settlement.hold().userId().equals(name);
      return ledger.records().stream().filter(mine).toList();
    }

    private Map<CreditField, Usd> balances() {
      return Map.of(
          CreditField.CREDITS, ledger.balance(name, CreditField.CREDITS),
          CreditField.CREDITS_NEW, ledger.balance(name, CreditField.CREDITS_NEW));
    }

    private Accounted accounted(List<Settlement> entries, Map<CreditField, Usd> before) {
      List<String> differences = new ArrayList<>();
      for (CreditField field : CreditField.values()) {
        Usd charged =
            entries.stream()
                .filter(entry -> entry.hold().creditField() == field)
                .map(Settlement::charge)
                .reduce(Usd.ZERO, Usd::plus);
        Usd moved = Objects.requireNonNull(before.get(field)).minus(ledger.balance(name, field));
        if (!moved.equals(charged)) {
          differences.add(
              "%s: charged %s, lost %s".formatted(field.balanceField(), charged, moved));
        }
        if (!ledger.held(name, field).equals(Usd.ZERO)) {
          differences.add(field.balanceField() + ": credit is still held");
        }
      }
      if (entries.size() != 1) {
        return new Accounted(
            BigDecimal.ZERO, entries.size(), null, null, null, null, null, null, differences);
      }
      Settlement only = entries.getFirst();
      return new Accounted(
          only.charge().amount(),
          1,
          only.record().basis().name().toLowerCase(Locale.ROOT),
          ScannerLevel.counts(only.record().usage()),
          only.record().flags(),
          only.record().servedModel(),
          only.hold().creditField().balanceField(),
          null,
          differences);
    }

    @Override
    public List<String> awaitSpent(Map<CreditField, BigDecimal> amounts) {
      List<String> differences = new ArrayList<>();
      for (CreditField field : CreditField.values()) {
        Usd spent =
            settlements().stream()
                .filter(entry -> entry.hold().creditField() == field)
                .map(Settlement::charge)
                .reduce(Usd.ZERO, Usd::plus);
        BigDecimal expected = amounts.getOrDefault(field, BigDecimal.ZERO);
        if (spent.amount().compareTo(expected) != 0) {
          differences.add(
              "%s: expected %s to be spent, was %s"
                  .formatted(field.balanceField(), expected, spent));
        }
      }
      return differences;
    }
  }

  /** An answer in memory. Used by one thread. */
  private static final class Collected implements BlockingResponse {
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status;
    private Headers headers = Headers.EMPTY;
    private boolean complete;
    private @Nullable Long announced;

    @Override
    public OutputStream begin(int newStatus, Headers newHeaders, long contentLength) {
      status = newStatus;
      headers = newHeaders;
      announced = contentLength < 0 ? null : Long.valueOf(contentLength);
      return new OutputStream() {
        @Override
        public void write(int single) {
          body.write(single);
        }

        @Override
        public void write(byte[] source, int from, int length) {
          body.write(source, from, length);
        }

        @Override
        public void close() {
          complete = announced == null || announced == body.size();
        }
      };
    }

    @Override
    public void abort() {
      complete = false;
    }

    HttpText text() {
      List<HttpText.Field> fields = new ArrayList<>();
      headers.forEach((name, value) -> fields.add(new HttpText.Field(name, value)));
      return new HttpText("HTTP/1.1 " + status + " -", fields, body.toByteArray());
    }
  }
}
