package xyz.trollllm.proxy.admission;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.CreditLedger;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.Background;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.wire.RequestReader;
import xyz.trollllm.proxy.wire.RequestSummary;

/**
 * Decides whether a request is forwarded: key, user, rate, body, model, credit, in this order.
 *
 * <p>Safe for use by many threads. Never blocks: what needs the store is asked on other threads.
 */
public final class Gatekeeper {
  /** One in each of the two headers. */
  private static final int MAX_KEYS = 2;

  private final AccountCache accounts;
  private final RequestLimiter limiter;
  private final RequestLimiter freeLimiter;
  private final ModelCatalog catalog;
  private final CreditHolds holds;
  private final BodyReading bodies;
  private final long maxBodyBytes;

  /**
   * @param background where the directory is asked, since it may block, and large bodies are read
   * @param holdLifetime how long credit stays held unless the hold is extended
   */
  public Gatekeeper(
      GatewayConfig config,
      AccountDirectory directory,
      CreditLedger ledger,
      Background background,
      Duration holdLifetime) {
    this.accounts = new AccountCache(directory, background.executor());
    this.limiter = new RequestLimiter(config.requestsPerMinute());
    this.freeLimiter = new RequestLimiter(config.requestsPerMinute());
    this.catalog = new ModelCatalog(config);
    this.holds = new CreditHolds(ledger, holdLifetime);
    this.bodies = new BodyReading(background);
    this.maxBodyBytes = config.maxBodyBytes();
  }

  /** The models that requests are let through to. */
  public ModelCatalog catalog() {
    return catalog;
  }

  /**
   * Calls {@code decide} exactly once: before returning, or later through {@code caller} or on a
   * thread of the ledger.
   *
   * @param caller where the caller wants work to go on that had to wait; what a bug of ours throws
   *     is thrown there
   */
  public void admit(
      String requestId,
      Api api,
      ProxyRequest request,
      Executor caller,
      Consumer<Admission> decide) {
    identify(
        request,
        caller,
        identity -> admitIdentified(requestId, api, request, identity, caller, decide),
        reason -> refuse(reason, null, null, decide));
  }

  /**
   * Says who sends a request to an endpoint that costs nothing. Such requests have a limit a minute
   * of their own, as high as that of the others.
   *
   * @param caller where the caller wants work to go on that had to wait for the store
   * @param decide called exactly once, as in {@link #admit}
   */
  public void identify(ProxyRequest request, Executor caller, Consumer<Identification> decide) {
    identify(
        request,
        caller,
        identity -> {
          Rejection unfit = unfit(identity, freeLimiter);
          decide.accept(
              unfit == null
                  ? new Identification.Known(identity)
                  : new Identification.Refused(new Admission.Refused(unfit, identity, null)));
        },
        reason ->
            decide.accept(new Identification.Refused(new Admission.Refused(reason, null, null))));
  }

  /**
   * Says where a prompt of {@code identity} goes whose tokens are to be counted.
   *
   * @param caller where the caller wants work to go on that had to wait
   * @param decide called exactly once, as in {@link #admit}
   */
  public void addressTokenCount(
      ProxyRequest request, Identity identity, Executor caller, Consumer<Addressing> decide) {
    Rejection unfit = unfit(request);
    if (unfit != null) {
      decide.accept(refused(unfit, identity, null));
      return;
    }
    bodies.read(
        request,
        () -> RequestReader.readPrompt(request.body()),
        caller,
        summary -> {
          String model = summary.model();
          decide.accept(
              catalog
                  .route(model, Api.ANTHROPIC_MESSAGES)
                  .<Addressing>map(route -> new Addressing.Routed(summary, route))
                  .orElseGet(() -> refused(new Rejection.UnknownModel(model), identity, model)));
        },
        reason -> decide.accept(refused(reason, identity, null)));
  }

  private static Addressing refused(Rejection reason, Identity identity, @Nullable String model) {
    return new Addressing.Refused(new Admission.Refused(reason, identity, model));
  }

  private void identify(
      ProxyRequest request,
      Executor caller,
      Consumer<Identity> identified,
      Consumer<Rejection> refused) {
    List<ApiKey> presented = PresentedKeys.of(request.headers());
    if (presented.isEmpty()) {
      refused.accept(new Rejection.NoApiKey());
    } else if (presented.size() > MAX_KEYS) {
      refused.accept(new Rejection.ConflictingApiKeys());
    } else {
      identify(presented, new ArrayList<>(), caller, identified, refused);
    }
  }

  /** Looks up one presented key after the other; they must not belong to different users. */
  private void identify(
      List<ApiKey> presented,
      List<Identity> valid,
      Executor caller,
      Consumer<Identity> identified,
      Consumer<Rejection> refused) {
    if (presented.isEmpty()) {
      long users = valid.stream().map(identity -> identity.account().userId()).distinct().count();
      if (users == 1) {
        identified.accept(valid.getFirst());
      } else {
        refused.accept(
            users == 0 ? new Rejection.UnknownApiKey() : new Rejection.ConflictingApiKeys());
      }
      return;
    }
    ApiKey key = presented.getFirst();
    accounts.find(
        key,
        caller,
        (account, failure) -> {
          if (failure != null) {
            refused.accept(new Rejection.StoreUnavailable(String.valueOf(failure.getMessage())));
            return;
          }
          account.ifPresent(found -> valid.add(new Identity(key, found)));
          identify(presented.subList(1, presented.size()), valid, caller, identified, refused);
        });
  }

  private void admitIdentified(
      String requestId,
      Api api,
      ProxyRequest request,
      Identity identity,
      Executor caller,
      Consumer<Admission> decide) {
    Rejection ofIdentity = unfit(identity, limiter);
    Rejection unfit = ofIdentity == null ? unfit(request) : ofIdentity;
    if (unfit != null) {
      refuse(unfit, identity, null, decide);
      return;
    }
    bodies.read(
        request,
        () -> RequestReader.read(api, request.body()),
        caller,
        summary -> admitRead(requestId, api, request, identity, summary, decide),
        reason -> refuse(reason, identity, null, decide));
  }

  private void admitRead(
      String requestId,
      Api api,
      ProxyRequest request,
      Identity identity,
      RequestSummary summary,
      Consumer<Admission> decide) {
    Optional<Route> route = catalog.route(summary.model(), api);
    Optional<Rejection> problem =
        route.isEmpty()
            ? Optional.of(new Rejection.UnknownModel(summary.model()))
            : unserved(summary, route.get());
    if (problem.isPresent()) {
      refuse(problem.get(), identity, summary.model(), decide);
    } else {
      int bodyBytes = request.body().remaining();
      holds.hold(requestId, identity, summary, bodyBytes, route.orElseThrow(), decide);
    }
  }

  /** Why a request to a known model is not served. */
  private static Optional<Rejection> unserved(RequestSummary summary, Route route) {
    Optional<String> problem =
        asksTooMuch(summary, route)
            ? Optional.of(
                "$.max_tokens: this model answers with at most " + route.model().maxOutputTokens())
            : new OptionPrices(route).problem(summary.options());
    return problem.map(Rejection.InvalidBody::new);
  }

  private static boolean asksTooMuch(RequestSummary summary, Route route) {
    return summary.maxTokens().orElse(0) > route.model().maxOutputTokens();
  }

  private static @Nullable Rejection unfit(Identity identity, RequestLimiter limits) {
    if (!identity.account().active()) {
      return new Rejection.UserDisabled();
    }
    return limits.refuse(identity.account().userId()).map(Rejection.RateLimited::new).orElse(null);
  }

  private @Nullable Rejection unfit(ProxyRequest request) {
    if (request.body().remaining() > maxBodyBytes) {
      return new Rejection.BodyTooLarge(maxBodyBytes);
    }
    return unsupportedMedia(request.headers());
  }

  private static @Nullable Rejection unsupportedMedia(Headers headers) {
    String coding = headers.first("content-encoding").orElse("identity").strip();
    if (!coding.equalsIgnoreCase("identity") && !coding.isEmpty()) {
      return new Rejection.UnsupportedMedia(
          "content-encoding must be absent: send the request body uncompressed");
    }
    String type = headers.first("content-type").orElse("application/json");
    String mediaType = type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    String lower = type.toLowerCase(Locale.ROOT);
    boolean otherCharset = lower.contains("charset") && !lower.contains("utf-8");
    boolean several = headers.all("content-type").size() > 1;
    if (otherCharset || several) {
      return new Rejection.UnsupportedMedia("content-type must be application/json in UTF-8");
    }
    if (!mediaType.equals("application/json")) {
      return new Rejection.UnsupportedMedia("content-type must be application/json");
    }
    return null;
  }

  private static void refuse(
      Rejection reason,
      @Nullable Identity identity,
      @Nullable String model,
      Consumer<Admission> decide) {
    decide.accept(new Admission.Refused(reason, identity, model));
  }
}
