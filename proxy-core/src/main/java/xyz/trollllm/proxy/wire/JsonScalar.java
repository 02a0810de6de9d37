package xyz.trollllm.proxy.wire;

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

  boolean isNull() {
    return kind == Kind.NULL;
  }
}
