package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.exc.StreamConstraintsException;
import tools.jackson.core.exc.UnexpectedEndOfInputException;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.config.Api;

/**
 * Reads what a request body says about routing and money, in one pass and without building a tree.
 *
 * <p>Messages about a body name places and kinds of values, never a value of the client's.
 */
public final class RequestReader {
  private static final int MAX_NESTING = 500;
  private static final int MAX_DIGITS = 1000;

  /** Strings may be as long as the body, whose size is limited before it comes here. */
  static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_NESTING)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private RequestReader() {}

  /** Reads {@code body}, which must be backed by an array, and leaves it unchanged. */
  public static RequestReading read(Api api, ByteBuffer body) {
    return read(api, body, true);
  }

  /**
   * Reads a prompt of the Messages API whose tokens are to be counted: as {@link #read}, but for an
   * answer that nobody wants there need be no limit.
   */
  public static RequestReading readPrompt(ByteBuffer body) {
    return read(Api.ANTHROPIC_MESSAGES, body, false);
  }

  private static RequestReading read(Api api, ByteBuffer body, boolean limitNeeded) {
    try {
      Utf8.require(body);
      try (RequestCursor cursor = new RequestCursor(body)) {
        return read(new RequestFields(api, cursor, limitNeeded), cursor);
      }
    } catch (InvalidRequest invalid) {
      return new RequestReading.Invalid(invalid.message());
    }
  }

  static JsonParser parser(ByteBuffer json) {
    return JSON.createParser(
        ObjectReadContext.empty(),
        json.array(),
        json.arrayOffset() + json.position(),
        json.remaining());
  }

  private static RequestReading read(RequestFields fields, RequestCursor cursor)
      throws InvalidRequest {
    try {
      return new RequestReading.Read(fields.read());
    } catch (StreamConstraintsException _) {
      throw new InvalidRequest(
          "the JSON is nested deeper than "
              + MAX_NESTING
              + " levels, or holds a number or a key that is too long"
              + cursor.where());
    } catch (UnexpectedEndOfInputException _) {
      throw new InvalidRequest("malformed JSON: the body ends too early" + cursor.where());
    } catch (JacksonException _) {
      throw new InvalidRequest("malformed JSON" + cursor.where());
    }
  }
}
