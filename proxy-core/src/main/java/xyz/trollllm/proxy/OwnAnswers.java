package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.billing.RequestHistory;
import xyz.trollllm.billing.RequestHistory.HistoryUnavailableException;
import xyz.trollllm.billing.RequestTrace;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.proxy.admission.Identity;
import xyz.trollllm.proxy.admission.ModelCatalog;
import xyz.trollllm.proxy.document.AccountDocument;
import xyz.trollllm.proxy.document.ModelInfo;
import xyz.trollllm.proxy.document.ModelList;
import xyz.trollllm.proxy.document.PriceList;
import xyz.trollllm.proxy.document.Query;
import xyz.trollllm.proxy.document.RequestDocument;

/**
 * What one instance answers by itself. What depends on the configuration alone is written once, at
 * the start. Immutable; safe for use by many threads.
 */
final class OwnAnswers {
  private static final Duration PRICES_AGE = Duration.ofMinutes(1);
  private static final int USUAL_PAGE = 20;
  private static final int LARGEST_PAGE = 100;

  private final RequestHistory history;
  private final ModelList models;
  private final ByteBuffer modelInfo;
  private final AccountDocument accounts;
  private final CacheableDocument prices;

  OwnAnswers(GatewayConfig config, ModelCatalog catalog, RequestHistory history) {
    this.history = history;
    this.models = new ModelList(catalog);
    this.modelInfo = ModelInfo.json(catalog.prices());
    this.accounts = new AccountDocument(config);
    this.prices =
        CacheableDocument.of(
            "application/json",
            PRICES_AGE,
            PriceList.json(config.instance(), catalog.prices()),
            Headers.EMPTY);
  }

  /** The answer to a request whose endpoint needs no key. Never blocks. */
  OwnAnswer toAnybody(Endpoint.Own endpoint, ProxyRequest request) {
    return switch (endpoint) {
      case Endpoint.Hello _ -> new OwnAnswer.Given(200, Headers.EMPTY, WholeAnswer.NOTHING);
      case Endpoint.Prices _ -> new OwnAnswer.Given(prices.answer(request.headers()));
      case Endpoint.Models _,
          Endpoint.Model _,
          Endpoint.ModelInfo _,
          Endpoint.Me _,
          Endpoint.MyRequests _,
          Endpoint.MyRequest _ ->
          throw new IllegalArgumentException(endpoint + " needs a key");
    };
  }

  /** The answer to a request of {@code caller}. Blocks if the endpoint says that it may. */
  OwnAnswer to(Identity caller, Endpoint.Own endpoint, ProxyRequest request) {
    Query query = new Query(request.query());
    try {
      return switch (endpoint) {
        case Endpoint.Hello _, Endpoint.Prices _ -> toAnybody(endpoint, request);
        case Endpoint.Models _ -> models(query);
        case Endpoint.Model(String id) -> model(id);
        case Endpoint.ModelInfo _ -> OwnAnswer.json(modelInfo);
        case Endpoint.Me _ -> account(caller);
        case Endpoint.MyRequests _ -> requests(caller, query);
        case Endpoint.MyRequest(String id) -> request(caller, id);
      };
    } catch (HistoryUnavailableException unavailable) {
      return new OwnAnswer.Refused(
          ErrorAnswer.retryLater(
              503,
              "history_unavailable",
              "accounts and requests cannot be looked up at the moment",
              Duration.ofSeconds(2)));
    }
  }

  private OwnAnswer models(Query query) {
    return switch (models.page(query)) {
      case ModelList.Page.Found(ByteBuffer json) -> OwnAnswer.json(json);
      case ModelList.Page.Invalid(String message) ->
          OwnAnswer.refused(400, "invalid_request", message);
    };
  }

  private OwnAnswer model(String id) {
    return models
        .model(id)
        .map(OwnAnswer::json)
        .orElseGet(() -> new OwnAnswer.Refused(ErrorAnswer.unknownModel(id)));
  }

  private OwnAnswer account(Identity caller) {
    String userId = caller.account().userId();
    return history
        .account(userId)
        .map(account -> OwnAnswer.json(accounts.json(userId, caller.key().id(), account)))
        .orElseGet(OwnAnswers::noAccount);
  }

  private static OwnAnswer noAccount() {
    return OwnAnswer.refused(404, "account_not_found", "nothing is known of this account");
  }

  private OwnAnswer requests(Identity caller, Query query) {
    OptionalInt limit = query.limit(USUAL_PAGE, LARGEST_PAGE);
    if (limit.isEmpty()) {
      return OwnAnswer.refused(
          400, "invalid_request", "limit: expected a whole number from 1 to " + LARGEST_PAGE);
    }
    List<RequestTrace> found =
        history.requests(
            caller.account().userId(), query.first("before").orElse(null), limit.getAsInt() + 1);
    boolean more = found.size() > limit.getAsInt();
    List<RequestTrace> page = more ? found.subList(0, limit.getAsInt()) : found;
    return OwnAnswer.json(RequestDocument.json(page, more));
  }

  /** Somebody else's request and one that never was get the same answer. */
  private OwnAnswer request(Identity caller, String id) {
    String userId = caller.account().userId();
    Optional<RequestTrace> trace = history.request(userId, id);
    if (trace.isEmpty()) {
      return OwnAnswer.refused(
          404,
          "request_not_found",
          "no request of yours has this id; requests that were refused cost nothing and are not"
              + " kept");
    }
    Optional<AccountStatement> account = history.account(userId);
    return account
        .map(statement -> OwnAnswer.json(RequestDocument.json(trace.get(), statement)))
        .orElseGet(OwnAnswers::noAccount);
  }
}
