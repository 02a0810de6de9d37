package xyz.trollllm.proxy.wire;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One answer, one chunk or one event in a format of OpenAI's. */
final class OpenAiDocument extends AnswerDocument<OpenAiField> {
  /** Items of a response's output that are empty until text comes. */
  private static final Set<String> EMPTY_ITEMS = Set.of("message", "reasoning");

  private static final String WEB_SEARCH = "web_search_call";

  /** What a web search call may do instead of searching. */
  private static final Set<String> NO_SEARCH = Set.of("open_page", "find_in_page", "find");

  private String type = "";
  private @Nullable String serviceTier;
  private boolean finished;
  private boolean otherContent;
  private long reasoning;
  private long reasoningContent;
  private long wholeText;
  private long webSearches;

  OpenAiDocument(JsonPaths<OpenAiField> paths) {
    super(OpenAiField.class, paths);
  }

  /** The type of an event; empty if it has none. */
  String type() {
    return type;
  }

  @Nullable String serviceTier() {
    return serviceTier;
  }

  /** Whether a choice has its reason to be finished. */
  boolean finished() {
    return finished;
  }

  @Override
  long characters() {
    return super.characters() + Math.max(reasoning, reasoningContent);
  }

  /** How many characters a whole response holds, be they new or not. */
  long wholeText() {
    return wholeText;
  }

  /** How many web searches it holds. */
  long webSearches() {
    return Math.max(0, webSearches);
  }

  @Override
  boolean content() {
    return otherContent || wholeText > 0 || characters() > 0;
  }

  @Override
  void own(OpenAiField field, JsonScalar value) {
    switch (field) {
      case TYPE -> type = value.text();
      case SERVICE_TIER -> serviceTier = value.isString() ? value.text() : serviceTier;
      case FINISH_REASON -> finished |= value.isString();
      case ITEM_TYPE -> {
        otherContent |= value.isString() && !EMPTY_ITEMS.contains(value.text());
        webSearches += value.text().equals(WEB_SEARCH) ? 1 : 0;
      }
      case ITEM_ACTION -> webSearches -= NO_SEARCH.contains(value.text()) ? 1 : 0;
      default -> {}
    }
  }

  @Override
  void ownText(OpenAiField field, long more) {
    switch (field) {
      case REASONING -> reasoning += more;
      case REASONING_CONTENT -> reasoningContent += more;
      case WHOLE_TEXT -> wholeText += more;
      case OTHER_CONTENT -> otherContent = true;
      default -> {}
    }
  }

  @Override
  void ownOpened(OpenAiField field) {
    otherContent |= field == OpenAiField.OTHER_CONTENT;
  }

  @Override
  void clearOwn() {
    type = "";
    serviceTier = null;
    finished = false;
    otherContent = false;
    reasoning = 0;
    reasoningContent = 0;
    wholeText = 0;
    webSearches = 0;
  }
}
