package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;
import tools.jackson.core.TokenStreamLocation;
import xyz.trollllm.proxy.wire.RequestSummary.ByteRange;

/** A JSON parser over a request body that knows where it stands, in bytes and in words. */
final class RequestCursor implements AutoCloseable {
  private static final Pattern PLAIN_KEY = Pattern.compile("[a-z][a-z_0-9]{0,39}");

  private final ByteBuffer body;
  private final JsonParser parser;

  RequestCursor(ByteBuffer body) {
    this.body = body.slice();
    this.parser = RequestReader.parser(body);
  }

  @Nullable JsonToken next() {
    return parser.nextToken();
  }

  /** Moves to the next key of the object at hand; null at its end. */
  @Nullable String nextKey() {
    return parser.nextName();
  }

  JsonToken token() {
    JsonToken token = parser.currentToken();
    return token == null ? JsonToken.NOT_AVAILABLE : token;
  }

  boolean at(JsonToken token) {
    return parser.currentToken() == token;
  }

  /** The key of the value at hand; null inside an array. */
  @Nullable String key() {
    return parser.currentName();
  }

  /** The key of the object that the value at hand is a member of. */
  @Nullable String parentKey() {
    TokenStreamContext parent = parser.streamReadContext().getParent();
    return parent == null ? null : parent.currentName();
  }

  String string() {
    return parser.getString();
  }

  JsonParser.NumberType numberType() {
    return parser.getNumberType();
  }

  long number() {
    return parser.getLongValue();
  }

  int start() {
    return Math.toIntExact(parser.currentTokenLocation().getByteOffset());
  }

  /** From the first byte of a value, now read to its end, to the last. */
  ByteRange rangeFrom(int start) {
    parser.finishToken();
    return new ByteRange(start, Math.toIntExact(parser.currentLocation().getByteOffset()));
  }

  byte byteAt(int index) {
    return body.get(index);
  }

  int length() {
    return body.limit();
  }

  /** Passes over the value at hand. */
  void skip() {
    parser.skipChildren();
  }

  InvalidRequest expected(String path, String what) {
    return new InvalidRequest(
        path + ": expected " + what + ", found " + found() + lineAndByte(tokenLocation()));
  }

  InvalidRequest refused(String path, String why) {
    return new InvalidRequest(path + ": " + why + lineAndByte(tokenLocation()));
  }

  /** Where reading stopped: the element of the body that it stopped in, line and byte. */
  String where() {
    return path() + lineAndByte(parser.currentLocation());
  }

  private TokenStreamLocation tokenLocation() {
    return parser.currentTokenLocation();
  }

  /** At most two steps and only keys in the style of the APIs: deeper ones may be a prompt's. */
  private String path() {
    TokenStreamContext context = parser.streamReadContext();
    TokenStreamContext inner = null;
    while (context.getParent() != null && !context.getParent().inRoot()) {
      inner = context;
      context = context.getParent();
    }
    String key = context.currentName();
    if (key == null || !PLAIN_KEY.matcher(key).matches()) {
      return "";
    }
    String element =
        inner != null && inner.inArray() && inner.hasCurrentIndex()
            ? "[" + inner.getCurrentIndex() + "]"
            : "";
    return " in $." + key + element;
  }

  private static String lineAndByte(TokenStreamLocation location) {
    return " (line " + location.getLineNr() + ", byte " + location.getByteOffset() + ")";
  }

  private String found() {
    return switch (token()) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "an array";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number with a fraction or an exponent";
      case VALUE_TRUE, VALUE_FALSE -> "a boolean";
      case VALUE_NULL -> "null";
      default -> "nothing";
    };
  }

  @Override
  public void close() {
    parser.close();
  }
}
