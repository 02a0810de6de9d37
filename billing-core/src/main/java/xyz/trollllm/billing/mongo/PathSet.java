package xyz.trollllm.billing.mongo;

import java.util.TreeSet;

/** Dotted paths into one document. Used by one thread. */
final class PathSet {
  private final TreeSet<String> paths = new TreeSet<>();

  void add(String path) {
    paths.add(path);
  }

  int size() {
    return paths.size();
  }

  /** Whether a path of this set is {@code path}, leads to it or goes on from it. */
  boolean touches(String path) {
    if (paths.contains(path)) {
      return true;
    }
    for (int dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if (paths.contains(path.substring(0, dot))) {
        return true;
      }
    }
    String below = paths.ceiling(path + '.');
    return below != null && below.startsWith(path + '.');
  }
}
