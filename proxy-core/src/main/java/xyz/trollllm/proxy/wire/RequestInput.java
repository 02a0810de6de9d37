package xyz.trollllm.proxy.wire;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonToken;
import xyz.trollllm.proxy.wire.InlineMedia.Kind;

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
          "previous_response_id",
          "prompt",
          "prompt_id",
          "vector_store_ids",
          "web_search_options");

  private static final Set<String> MEDIA_BY_ADDRESS =
      Set.of("audio_url", "document_url", "file_url", "image_url", "video_url");

  /** Top-level members whose media upstreams take as media. */
  private static final Set<String> PROMPT = Set.of("messages", "system", "input");

  private static final String INLINE = "data:";
  private static final int START_OF_REFERENCE = 64;

  private final RequestCursor cursor;
  private final OptionFields options;
  private final Deque<MediaFrame> frames = new ArrayDeque<>();
  private int inputs = 1;
  private InlineMedia media = InlineMedia.NONE;
  private int pendingStart;
  private @Nullable MediaFrame pendingData;
  private @Nullable Kind pendingMedium;
  private boolean compacts;
  private boolean unbounded;

  RequestInput(RequestCursor cursor, OptionFields options) {
    this.cursor = cursor;
    this.options = options;
  }

  /** How many inputs there are of which each may be as long as the model allows. */
  int inputs() {
    return inputs;
  }

  InlineMedia media() {
    return media;
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
      value(true, null);
      return;
    }
    while (cursor.next() != JsonToken.END_ARRAY) {
      boolean described = !cursor.at(JsonToken.START_OBJECT);
      if (described) {
        value(true, null);
      } else {
        for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
          cursor.next();
          described |= key.equals("type") || key.equals("role");
          value(true, key);
        }
      }
      unbounded |= !described;
    }
  }

  /** Reads what is to be embedded: text, the numbers of its tokens, or an array of either. */
  void list() {
    if (!cursor.at(JsonToken.START_ARRAY)) {
      value(true, null);
      return;
    }
    int elements = 0;
    while (cursor.next() != JsonToken.END_ARRAY) {
      elements += cursor.token().isNumeric() ? 0 : 1;
      value(true, null);
    }
    inputs = Math.max(1, elements);
  }

  /** Reads the value of the top-level member {@code key}, which the cursor stands on. */
  void member(String key) throws InvalidRequest {
    if (EXPANDED_BY_UPSTREAM.contains(key)) {
      unbounded |= !cursor.at(JsonToken.VALUE_NULL);
    }
    switch (key) {
      case "context_management" -> contextManagement();
      case "tools" -> tools();
      // How the answer shall sound; inside messages it would be earlier sound.
      case "audio" -> cursor.skip();
      default -> value(PROMPT.contains(key), null);
    }
  }

  /** Edits of the context are free, but compacting it is an inference of its own. */
  private void contextManagement() {
    compacts = false;
    value(false, null);
    if (compacts) {
      options.add(new PricedOption.Compaction("$.context_management"));
    }
  }

  private void tools() throws InvalidRequest {
    if (cursor.at(JsonToken.VALUE_NULL)) {
      return;
    }
    if (!cursor.at(JsonToken.START_ARRAY)) {
      throw cursor.expected("$.tools", "an array");
    }
    for (int index = 0; cursor.next() != JsonToken.END_ARRAY; index++) {
      tool("$.tools[" + index + "]");
    }
  }

  private void tool(String path) throws InvalidRequest {
    if (!cursor.at(JsonToken.START_OBJECT)) {
      throw cursor.expected(path, "an object");
    }
    ToolFields tool = new ToolFields(cursor, path);
    for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
      cursor.next();
      tool.member(key);
      value(false, null);
    }
    tool.addTo(options);
    unbounded |= tool.addsInput();
  }

  /**
   * Reads the value at hand to its end, at any depth.
   *
   * @param prompt whether media in it are media to the upstream
   * @param rootKey what leads to it, if that matters
   */
  private void value(boolean prompt, @Nullable String rootKey) {
    frames.clear();
    frames.push(new MediaFrame(prompt, null));
    while (true) {
      JsonToken token = cursor.token();
      if (token.isStructEnd()) {
        media = frames.pop().addTo(media);
      } else {
        note(token);
        if (token.isStructStart()) {
          String key = frames.size() == 1 ? rootKey : cursor.key();
          frames.push(new MediaFrame(frame().onTheWay, key));
        }
      }
      if (frames.size() == 1) {
        measurePending(pendingStart);
        return;
      }
      cursor.next();
      measurePending(cursor.start());
    }
  }

  private MediaFrame frame() {
    return frames.getFirst();
  }

  private void measurePending(int end) {
    int bytes = end - pendingStart;
    if (pendingData != null) {
      pendingData.data(bytes);
      pendingData = null;
    }
    if (pendingMedium != null) {
      media = media.plus(pendingMedium, frame().onTheWay ? bytes : 0);
      pendingMedium = null;
    }
  }

  private void note(JsonToken token) {
    String key = cursor.key();
    if (key == null || token == JsonToken.PROPERTY_NAME || token == JsonToken.VALUE_NULL) {
      return;
    }
    boolean string = token == JsonToken.VALUE_STRING;
    switch (key) {
      case "type" -> {
        if (string) {
          type(cursor.string());
        }
      }
      case "media_type", "mimeType", "mime_type" -> {
        if (string) {
          frame().mediaType(cursor.string());
        }
      }
      case "data" -> {
        if (string) {
          pendingStart = cursor.start();
          pendingData = frame();
        }
      }
      case "file_data" -> medium(token, Kind.DOCUMENT);
      case "file_id", "file_uri", "fileUri" -> unbounded = true;
      case "audio" -> unbounded |= token == JsonToken.START_OBJECT;
      case "url" -> {
        if (isMediaByAddress(cursor.parentKey())) {
          medium(token, Kind.OTHER);
        }
      }
      default -> {
        if (string && isMediaByAddress(key)) {
          medium(token, Kind.OTHER);
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
  private void type(String type) {
    frame().type(type);
    compacts |= type.startsWith("compact");
    unbounded |=
        switch (type) {
          case "url", "item_reference" -> true;
          case "file" -> cursor.parentKey() != null;
          default -> false;
        };
  }

  /**
   * @param unnamed what it is if it does not say so
   */
  private void medium(JsonToken token, Kind unnamed) {
    boolean inline = token == JsonToken.VALUE_STRING && startsInline();
    if (inline || (token == JsonToken.VALUE_STRING && !looksLikeReference())) {
      pendingStart = cursor.start();
      pendingMedium = inline ? Kind.of(mediaTypeOfReference()) : unnamed;
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

  /** Some clients write the slash of a media type with a backslash before it. */
  private String mediaTypeOfReference() {
    int first = cursor.start() + 1 + INLINE.length();
    StringBuilder type = new StringBuilder();
    for (int i = first; i < first + START_OF_REFERENCE && i < cursor.length(); i++) {
      byte b = cursor.byteAt(i);
      if (b == ';' || b == ',' || b == '"') {
        break;
      }
      if (b != '\\') {
        type.append((char) b);
      }
    }
    return type.toString();
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
