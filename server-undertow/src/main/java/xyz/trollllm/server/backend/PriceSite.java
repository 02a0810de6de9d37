package xyz.trollllm.server.backend;

import java.time.Clock;
import java.util.List;
import xyz.trollllm.proxy.CacheableDocument;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.ProxyRequest;
import xyz.trollllm.proxy.RequestIds;
import xyz.trollllm.proxy.WholeAnswer;
import xyz.trollllm.proxy.admission.Rejection;

/**
 * Answers requests for the prices of all endpoints, from what the watch has published. Never
 * blocks; safe for use by many threads.
 */
public final class PriceSite {
  private static final String PAGE = "/endpoints";
  private static final String JSON = "/endpoints.json";
  private static final List<String> METHODS = List.of("GET", "HEAD");

  private final PriceWatch watch;
  private final RequestIds requestIds;

  public PriceSite(PriceWatch watch, Clock clock) {
    this.watch = watch;
    this.requestIds = new RequestIds(clock);
  }

  /** The answer to any request; that to HEAD has the body that GET would get. */
  public WholeAnswer answer(ProxyRequest request) {
    String requestId = requestIds.next();
    return unidentified(request, requestId).identified(requestId);
  }

  private WholeAnswer unidentified(ProxyRequest request, String requestId) {
    String path = request.path();
    if (!path.equals(PAGE) && !path.equals(JSON)) {
      Rejection unknown = new Rejection.UnknownPath(request.method(), path);
      return WholeAnswer.refusing(request, unknown, requestId);
    }
    if (!METHODS.contains(request.method())) {
      Rejection wrong = new Rejection.WrongMethod(request.method(), path, METHODS);
      return WholeAnswer.refusing(request, wrong, requestId);
    }
    Published published = watch.published();
    if (path.equals(JSON)) {
      return published.json().answer(request.headers());
    }
    boolean json = new AcceptedTypes(request.headers()).prefers("application/json", "text/html");
    CacheableDocument document = json ? published.json() : published.page();
    return varying(document.answer(request.headers()));
  }

  private static WholeAnswer varying(WholeAnswer answer) {
    Headers headers = answer.headers().toBuilder().set("vary", "accept").build();
    return new WholeAnswer(answer.status(), headers, answer.body());
  }
}
