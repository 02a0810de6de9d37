package xyz.trollllm.proxy.wire;

import xyz.trollllm.config.UsageSemantics;

/**
 * Adds up a response, as OpenAI documents it with the Responses API. Usage stands in the response
 * itself, and so in the events that bring it when it is over: {@code response.completed}, {@code
 * response.incomplete} and {@code response.failed}, where it may be null. A stream ends with one of
 * them, or with an event of type {@code error}.
 */
final class ResponsesTotals extends OpenAiTotals {
  private boolean failed;
  private long searches;

  ResponsesTotals(UsageSemantics semantics, Estimation estimation) {
    super(semantics, estimation);
  }

  private ResponsesTotals(ResponsesTotals other) {
    super(other);
    this.failed = other.failed;
    this.searches = other.searches;
  }

  @Override
  ResponsesTotals copy() {
    return new ResponsesTotals(this);
  }

  @Override
  void read(String eventName, OpenAiDocument document) {
    String kind = document.type().isEmpty() ? eventName : document.type();
    switch (kind) {
      case "" -> addResponse(document);
      case "response.completed", "response.incomplete" -> {
        addResponse(document);
        end();
      }
      case "response.failed" -> {
        addResponse(document);
        fail();
      }
      case "error" -> fail();
      case "response.output_item.added" -> addContent(document);
      case "response.output_item.done" -> searches += document.webSearches();
      case "response.audio.delta" -> addContent(true, 0); // sound in base64
      default -> {
        if (kind.endsWith(".delta")) {
          addContent(document);
        }
      }
    }
  }

  /** Of a whole response, only text that no event has brought before is new. */
  private void addResponse(OpenAiDocument document) {
    addUsage(document);
    addContent(document.content(), Math.max(0, document.wholeText() - characters()));
    searches = Math.max(searches, document.webSearches());
  }

  /** Usage that comes with a failure is final; without it, a failure is a break like any other. */
  private void fail() {
    failed = true;
    addError();
    if (hasUsage()) {
      end();
    }
  }

  /** Gateways may add {@code [DONE]}, which proves nothing: the API has ends of its own. */
  @Override
  void done() {}

  @Override
  boolean sawEnd() {
    return failed || super.sawEnd();
  }

  @Override
  boolean sawGoodEnd() {
    return super.sawEnd();
  }

  @Override
  long webSearchesSeen() {
    return searches;
  }
}
