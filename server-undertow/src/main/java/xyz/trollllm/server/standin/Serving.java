package xyz.trollllm.server.standin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;

/** The growing record of one request. Written by one thread at a time, read by any. */
final class Serving {
  private final Served received;
  private volatile int status;
  private volatile @Nullable TokenCounts usage;
  private volatile long bytesSent;
  private volatile Served.State state = Served.State.UNDER_WAY;

  Serving(String requestId, String path, Map<String, List<String>> headers, byte[] body) {
    received = new Served(requestId, path, headers, body, 0, null, 0, Served.State.UNDER_WAY);
  }

  String requestId() {
    return received.requestId();
  }

  void answers(int newStatus) {
    status = newStatus;
  }

  void reports(TokenCounts counts) {
    usage = counts;
  }

  void sent(long total) {
    bytesSent = total;
  }

  void ends(Served.State end) {
    state = end;
  }

  Served snapshot() {
    return new Served(
        received.requestId(),
        received.path(),
        received.headers(),
        received.body(),
        status,
        usage,
        bytesSent,
        state);
  }
}
