package xyz.trollllm.proxy.wire;

import java.util.HashSet;
import java.util.Set;

/**
 * The keys of one JSON object whose values route a request or change its price. Servers take the
 * first or the last of two, and some read keys without regard to case: what an upstream could read
 * otherwise than we do is refused. Used for one reading of one object.
 */
final class DecisiveKeys {
  private final RequestCursor cursor;
  private final String parent;
  private final Set<String> keys;
  private final Set<String> seen = new HashSet<>();

  /**
   * @param parent the path of the object
   * @param keys in lower case
   */
  DecisiveKeys(RequestCursor cursor, String parent, Set<String> keys) {
    this.cursor = cursor;
    this.parent = parent;
    this.keys = keys;
  }

  /** Takes the next key of the object, whose value the cursor stands on. */
  void check(String key) throws InvalidRequest {
    String meant = JsonKeys.folded(key);
    if (!keys.contains(meant)) {
      return;
    }
    if (!key.equals(meant)) {
      throw cursor.refused(parent + '.' + meant, "expected this key in lower case");
    }
    if (!seen.add(key)) {
      throw cursor.refused(parent + '.' + key, "expected this key once, found it twice");
    }
  }

  /** Whether this one of the keys came. */
  boolean saw(String key) {
    return seen.contains(key);
  }
}
