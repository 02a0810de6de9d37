package xyz.trollllm.billing.mongo;

import org.bson.Document;
import org.jspecify.annotations.Nullable;

/** Reads values at dotted paths, and asks for them. */
final class Documents {
  private Documents() {}

  /** The value at {@code path}, or null if there is none or it is of another type. */
  static <T> @Nullable T at(Document document, String path, Class<T> type) {
    Object value = document;
    for (String name : path.split("\\.", -1)) {
      value = value instanceof Document inner ? inner.get(name) : null;
    }
    return type.isInstance(value) ? type.cast(value) : null;
  }

  /** The whole number at {@code path}, or zero if there is none. */
  static long count(Document document, String path) {
    Number value = at(document, path, Number.class);
    return value == null ? 0 : value.longValue();
  }

  /** The condition that there is a value, or none. */
  static Document exists(boolean expected) {
    return new Document("$exists", expected);
  }
}
