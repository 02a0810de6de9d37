package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.Set;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;

/** The members of one tool of a request that say who runs it and what that costs. */
final class ToolFields {
  /**
   * Tools that the client runs and describes itself; all others bring text or calls of their own.
   */
  private static final Set<String> CLIENT_TOOLS = Set.of("custom", "function");

  /**
   * Beginnings of types of tools that cost nothing but tokens: run by the client though described
   * by the upstream, or run by the upstream at no fee.
   */
  private static final List<String> WITHOUT_FEE =
      List.of(
          "apply_patch",
          "bash",
          "computer",
          "local_shell",
          "mcp",
          "memory",
          "namespace",
          "text_editor",
          "tool_search");

  /** Computing time by the hour or session, fees for each call or image. */
  private static final List<String> UNPRICED =
      List.of("code_execution", "code_interpreter", "file_search", "image_generation", "shell");

  /** Tools of Gemini's API, which have a member instead of a type. */
  private static final Set<String> GOOGLE_SEARCH =
      Set.of(
          "googlesearch",
          "googlesearchretrieval",
          "google_search",
          "google_search_retrieval",
          "enterprisewebsearch");

  private static final Set<String> GOOGLE_UNPRICED =
      Set.of("codeexecution", "code_execution", "googlemaps", "google_maps", "retrieval");

  private static final Set<String> DECISIVE = Set.of("type", "model", "max_uses");

  private final RequestCursor cursor;
  private final String path;
  private final DecisiveKeys keys;
  private String type = "";
  private String model = "";
  private OptionalLong maxUses = OptionalLong.empty();
  private boolean hasType;
  private boolean described;
  private boolean searchesGoogle;

  ToolFields(RequestCursor cursor, String path) {
    this.cursor = cursor;
    this.path = path;
    this.keys = new DecisiveKeys(cursor, path, DECISIVE);
  }

  /** Reads the member {@code key}, whose value the cursor stands on and stays on. */
  void member(String key) throws InvalidRequest {
    keys.check(key);
    String lower = key.toLowerCase(Locale.ROOT);
    searchesGoogle |= GOOGLE_SEARCH.contains(lower);
    if (GOOGLE_UNPRICED.contains(lower)) {
      throw unpriced(lower);
    }
    described |= key.equals("name") || key.equals("function");
    if (cursor.at(JsonToken.VALUE_NULL)) {
      return;
    }
    switch (key) {
      case "type" -> {
        hasType = true;
        type = text().toLowerCase(Locale.ROOT);
      }
      case "model" -> model = text();
      case "max_uses" -> maxUses = OptionalLong.of(uses());
      default -> {}
    }
  }

  private String text() {
    return cursor.at(JsonToken.VALUE_STRING) ? cursor.string() : "";
  }

  private long uses() throws InvalidRequest {
    if (!cursor.at(JsonToken.VALUE_NUMBER_INT)
        || cursor.numberType() != NumberType.INT
        || cursor.number() < 0) {
      throw cursor.expected(path + ".max_uses", "a whole number from 0 to 2147483647");
    }
    return cursor.number();
  }

  /** Whether the upstream may add input of its own. */
  boolean addsInput() {
    return !described || (hasType && !CLIENT_TOOLS.contains(type));
  }

  /** Notes what the tool costs beyond tokens, now that all of it is read. */
  void addTo(OptionFields options) throws InvalidRequest {
    for (String unpriced : UNPRICED) {
      if (type.startsWith(unpriced)) {
        throw unpriced(unpriced);
      }
    }
    if (searchesGoogle || type.startsWith("web_search")) {
      options.add(new PricedOption.WebSearch(path, maxUses));
    } else if (type.startsWith("web_fetch")) {
      options.add(new PricedOption.WebFetch(path, maxUses));
    } else if (type.startsWith("advisor")) {
      if (model.isBlank()) {
        throw cursor.refused(path + ".model", "expected the model that advises");
      }
      options.add(new PricedOption.Advisor(path, model, maxUses));
    } else if (hasType && !costsTokensOnly()) {
      throw cursor.refused(path + ".type", "this gateway has no price for this type of tool");
    }
  }

  private boolean costsTokensOnly() {
    return CLIENT_TOOLS.contains(type) || WITHOUT_FEE.stream().anyMatch(type::startsWith);
  }

  private InvalidRequest unpriced(String tool) {
    return cursor.refused(path, "this gateway has no price for the tool " + tool);
  }
}
