package xyz.trollllm.billing;

import java.util.regex.Pattern;

/** What a request id may look like: it becomes part of a path in the store. */
public final class RequestIds {
  private static final Pattern VALID = Pattern.compile("[A-Za-z0-9-]{1,100}");

  private RequestIds() {}

  /** Whether {@code requestId} can be the id of a request at all. */
  public static boolean isValid(String requestId) {
    return VALID.matcher(requestId).matches();
  }

  static void requireValid(String requestId) {
    if (!isValid(requestId)) {
      throw new IllegalArgumentException(
          "a request id must be 1 to 100 letters, digits and dashes, was \"" + requestId + '"');
    }
  }
}
