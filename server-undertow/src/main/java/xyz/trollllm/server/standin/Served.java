package xyz.trollllm.server.standin;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;

/**
 * One request that reached the stand-in, and what became of it up to now.
 *
 * @param requestId the id the stand-in gave it, also in the answer's {@code request-id} header
 * @param headers by name, in any case
 * @param body as received
 * @param status the status answered, 0 before there is one
 * @param usage what the complete answer reports as used; null unless it is an ordinary answer
 * @param bytesSent how much of the answer's body has been sent
 * @param state how far it has come
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Served(
    String requestId,
    String path,
    Map<String, List<String>> headers,
    byte[] body,
    int status,
    @Nullable TokenCounts usage,
    long bytesSent,
    State state) {

  public Served {
    Map<String, List<String>> ignoringCase = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    ignoringCase.putAll(headers);
    headers = ignoringCase;
  }

  /** The first value of a request header. */
  public Optional<String> header(String name) {
    return Optional.ofNullable(headers.get(name)).map(List::getFirst);
  }

  /** How far an answer has come. */
  public enum State {
    UNDER_WAY,
    /** Sent to its end. */
    COMPLETE,
    /** Broken off on purpose, as the script wanted. */
    CUT,
    /** The client left before the end. */
    ABANDONED
  }
}
