package xyz.trollllm.config;

/**
 * What a value must be.
 *
 * @param <T> what a good value is read as
 */
interface Rule<T> {
  /** What is allowed, in words that follow "must be". */
  String allowed();

  /** Reads {@code value}, or says what is wrong with it. */
  Reading<T> read(JsonValue value);

  /** What became of reading a value. */
  sealed interface Reading<T> {
    record Good<T>(T value) implements Reading<T> {}

    /** The message starts with a verb: "must be ..., was ...". */
    record Refused<T>(String message) implements Reading<T> {}
  }

  /** A refusal that shows what was found. */
  static <T> Reading<T> refused(String must, JsonValue found) {
    return new Reading.Refused<>(must + ", was " + found.described());
  }
}
