package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.Nullable;

/**
 * A scalar of a JSON document: a string's decoded text, or the exact text of a number or literal.
 */
record JsonScalar(Kind kind, String text) {
  static final JsonScalar NULL = new JsonScalar(Kind.NULL, "null");
  static final JsonScalar TRUE = new JsonScalar(Kind.TRUE, "true");
  static final JsonScalar FALSE = new JsonScalar(Kind.FALSE, "false");

  enum Kind {
    STRING,
    NUMBER,
    TRUE,
    FALSE,
    NULL
  }

  static JsonScalar string(String text) {
    return new JsonScalar(Kind.STRING, text);
  }

  /** What stands in a document without quotes; null if it is neither a literal nor a number. */
  static @Nullable JsonScalar bare(String text) {
    return switch (text) {
      case "null" -> NULL;
      case "true" -> TRUE;
      case "false" -> FALSE;
      default -> text.charAt(0) <= '9' ? new JsonScalar(Kind.NUMBER, text) : null;
    };
  }

  boolean isNull() {
    return kind == Kind.NULL;
  }

  boolean isString() {
    return kind == Kind.STRING;
  }
}
