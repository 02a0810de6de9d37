package xyz.trollllm.server.standin;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;

/** The latest requests in the order in which they came. Safe for use by many threads. */
final class ServedLog {
  private static final int KEPT = 20_000;

  private final Deque<Serving> servings = new ArrayDeque<>();
  private long count;

  synchronized Serving begin(String path, Map<String, List<String>> headers, byte[] body) {
    count++;
    Serving serving = new Serving(String.format("req_%08d", count), path, headers, body);
    servings.addLast(serving);
    if (servings.size() > KEPT) {
      servings.removeFirst();
    }
    return serving;
  }

  synchronized List<Served> snapshot() {
    return servings.stream().map(Serving::snapshot).toList();
  }
}
