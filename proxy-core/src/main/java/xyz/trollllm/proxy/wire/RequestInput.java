package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;

/**
 * How far the length of a body bounds its input: what in it costs tokens out of proportion to its
 * bytes, or makes the upstream add input of its own.
 *
 * <p>Anything that could be meant so counts wherever it stands, since too large a bound is only
 * held for a while and too small a one lets a balance be overdrawn.
 */
final class RequestInput {
  /** Members by which upstreams take input from elsewhere. */
  private static final Set<String> EXPANDED_BY_UPSTREAM =
      Set.of(
          "cached_content",
          "cachedContent",
          "container",
          "conversation",
          "extra_body",
          "mcp_servers",
          "plugins",
          "previous_response_id",
          "prompt",
          "prompt_id",
          "search_parameters",
          "vector_store_ids",
          "web_search_options");

  private static final Set<String> MEDIA_BY_ADDRESS =
      Set.of("audio_url", "document_url", "file_url", "image_url", "video_url");

  /**
   * Tools that the client runs and describes itself; all others bring text or calls of their own.
   */
  private static final Set<String> CLIENT_TOOLS = Set.of("custom", "function");

  /** Another model's inference, computing time by the hour or session, fees for each call. */
  private static final List<String> UNPRICED_TOOLS =
      List.of(
          "advisor",
          "code_execution",
          "code_interpreter",
          "file_search",
          "image_generation",
          "shell");

  private static final String INLINE = "data:";
  private static final int START_OF_REFERENCE = 64;
  private static final int NONE = -1;

  private final RequestCursor cursor;
  private int inputs = 1;
  private int inlineMedia;
  private int mediaBytes;
  private int mediaStart = NONE;
  private boolean compacts;
  private boolean unbounded;

  RequestInput(RequestCursor cursor) {
    this.cursor = cursor;
  }

  /** How many inputs there are of which each may be as long as the model allows. */
  int inputs() {
    return inputs;
  }

  int inlineMedia() {
    return inlineMedia;
  }

  int mediaBytes() {
    return mediaBytes;
  }

  boolean unbounded() {
    return unbounded;
  }

  /**
   * Reads the input of a response: text, or an array of items. An item may be the bare id of one
   * that the upstream has stored.
   */
  void items() {
    if (!cursor.at(JsonToken.START_ARRAY)) {
      value();
      return;
    }
    while (cursor.next() != JsonToken.END_ARRAY) {
      boolean described = !cursor.at(JsonToken.START_OBJECT);
      if (described) {
        value();
      } else {
        for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
          cursor.next();
          described |= key.equals("type") || key.equals("role");
          value();
        }
      }
      unbounded |= !described;
    }
  }

  /** Reads what is to be embedded: text, the numbers of its tokens, or an array of either. */
  void list() {
    if (!cursor.at(JsonToken.START_ARRAY)) {
      value();
      return;
    }
    int elements = 0;
    while (cursor.next() != JsonToken.END_ARRAY) {
      elements += cursor.token().isNumeric() ? 0 : 1;
      value();
    }
    inputs = Math.max(1, elements);
  }

  /** Reads the value of the top-level member {@code key}, which the cursor stands on. */
  void member(String key) throws InvalidRequest {
    if (EXPANDED_BY_UPSTREAM.contains(key)) {
      unbounded |= !cursor.at(JsonToken.VALUE_NULL);
    }
    if (key.equals("context_management")) {
      contextManagement();
    } else if (key.equals("tools") && cursor.at(JsonToken.START_ARRAY)) {
      while (cursor.next() != JsonToken.END_ARRAY) {
        tool();
      }
    } else if (key.equals("audio")) {
      cursor.skip(); // how the answer shall sound; inside messages it would be earlier sound
    } else {
      value();
    }
  }

  /** Edits of the context are free, but compacting it is an inference of its own. */
  private void contextManagement() throws InvalidRequest {
    compacts = false;
    value();
    if (compacts) {
      throw cursor.refused("$.context_management", "this gateway has no price for compaction");
    }
  }

  private void tool() throws InvalidRequest {
    if (!cursor.at(JsonToken.START_OBJECT)) {
      unbounded = true;
      value();
      return;
    }
    boolean described = false;
    for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
      cursor.next();
      if (key.equals("type") && !cursor.at(JsonToken.VALUE_NULL)) {
        toolType();
      }
      described |= key.equals("name") || key.equals("function");
      value();
    }
    unbounded |= !described;
  }

  private void toolType() throws InvalidRequest {
    String type = cursor.at(JsonToken.VALUE_STRING) ? cursor.string() : "";
    for (String unpriced : UNPRICED_TOOLS) {
      if (type.startsWith(unpriced)) {
        throw cursor.refused("$.tools", "this gateway has no price for the tool " + unpriced);
      }
    }
    unbounded |= !CLIENT_TOOLS.contains(type);
  }

  /** Reads the value at hand to its end, at any depth. */
  private void value() {
    int depth = 0;
    while (true) {
      JsonToken token = cursor.token();
      if (token.isStructEnd()) {
        depth--;
      } else {
        note(token);
        if (token.isStructStart()) {
          depth++;
        }
      }
      if (depth == 0) {
        return;
      }
      cursor.next();
      if (mediaStart != NONE) {
        mediaBytes += cursor.start() - mediaStart;
        mediaStart = NONE;
      }
    }
  }

  private void note(JsonToken token) {
    String key = cursor.key();
    if (key == null || token == JsonToken.PROPERTY_NAME || token == JsonToken.VALUE_NULL) {
      return;
    }
    switch (key) {
      case "type" -> source(token);
      case "data" -> {
        if (token == JsonToken.VALUE_STRING) {
          mediaStart = cursor.start();
        }
      }
      case "input_audio" -> inlineMedia++;
      case "file_data" -> media(token);
      case "file_id", "file_uri", "fileUri" -> unbounded = true;
      case "audio" -> unbounded |= token == JsonToken.START_OBJECT;
      case "url" -> {
        if (isMediaByAddress(cursor.parentKey())) {
          media(token);
        }
      }
      default -> {
        if (token == JsonToken.VALUE_STRING && isMediaByAddress(key)) {
          media(token);
        }
      }
    }
  }

  private static boolean isMediaByAddress(@Nullable String key) {
    return key != null && MEDIA_BY_ADDRESS.contains(key);
  }

  /**
   * The {@code type} of a media source of Anthropic's. OpenAI's own content parts of type {@code
   * file} are elements of an array, and their members say whether the file comes with them.
   */
  private void source(JsonToken token) {
    if (token == JsonToken.VALUE_STRING) {
      switch (cursor.string()) {
        case "base64" -> inlineMedia++;
        case String type when type.startsWith("compact") -> compacts = true;
        case "url" -> unbounded = true;
        case "file" -> unbounded |= cursor.parentKey() != null;
        case "item_reference" -> unbounded = true;
        default -> {}
      }
    }
  }

  private void media(JsonToken token) {
    if (token == JsonToken.VALUE_STRING && (startsInline() || !looksLikeReference())) {
      inlineMedia++;
      if (token == JsonToken.VALUE_STRING) {
        mediaStart = cursor.start();
      }
    } else {
      unbounded = true;
    }
  }

  /** Looks at the bytes: such a string can be most of the body and need not be decoded. */
  private boolean startsInline() {
    int first = cursor.start() + 1;
    for (int i = 0; i < INLINE.length(); i++) {
      if (first + i >= cursor.length()
          || Character.toLowerCase((char) cursor.byteAt(first + i)) != INLINE.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Base64 has neither a colon nor, in its first bytes, an escape or an end. */
  private boolean looksLikeReference() {
    int first = cursor.start() + 1;
    for (int i = first; i < first + START_OF_REFERENCE && i < cursor.length(); i++) {
      byte b = cursor.byteAt(i);
      if (b == '"' || b == ':' || b == '\\') {
        return true;
      }
    }
    return false;
  }
}
