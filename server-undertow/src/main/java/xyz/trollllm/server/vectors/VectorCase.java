package xyz.trollllm.server.vectors;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One exchange of a vector.
 *
 * @param name tells the cases of one vector apart; empty if there is one only
 * @param needs what has to be arranged at the gateway for this case
 * @param forwarded the body the upstream must receive; null for the client's own
 * @param answer what the upstream answers, null if it does not answer or is not to be called
 * @param byteByByte whether each byte of the answer is sent alone
 * @param cut whether the upstream breaks the connection after the last byte
 * @param client the body that the client must get; null for the upstream's own
 * @param repeat how often the request is sent; the last time counts
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record VectorCase(
    String vector,
    String name,
    Set<Need> needs,
    HttpText request,
    byte @Nullable [] forwarded,
    Upstream upstream,
    @Nullable HttpText answer,
    boolean byteByByte,
    boolean cut,
    byte @Nullable [] client,
    int repeat,
    Expectation expect) {

  public VectorCase {
    needs = Set.copyOf(needs);
  }

  /** What has to be arranged at a gateway before it can be put to a case. */
  public enum Need {
    /** {@code {{empty_key}}}: a user with no {@code creditsNew} and 10 dollars of credits. */
    EMPTY_CREDIT,
    /** The upstream's URL begins with https, though the upstream speaks no TLS. */
    TLS_UPSTREAM,
    /** The gateway gives up soon on an upstream that does not answer. */
    SHORT_TIMEOUT,
    /** The gateway leaves an upstream alone that fails all the time, and is otherwise unused. */
    CIRCUIT_BREAKER,
    /** The gateway is told that the upstream includes cached tokens in its input. */
    INCLUSIVE_USAGE
  }

  /** How the upstream is. */
  public enum Upstream {
    ANSWERS,
    /** Nobody listens. */
    REFUSES,
    SPEAKS_NO_TLS,
    /** Takes the request and never answers. */
    HANGS
  }

  /** Whether the answer, or what came of it, passes a meter. */
  public boolean isMetered() {
    return answer != null && answer.status() / 100 == 2 && expect.basis() != null;
  }

  /** Whether what passes is an event stream that can be framed in other ways. */
  public boolean isEventStream() {
    return isMetered() && answer != null && answer.isEventStream() && !answer.isEncoded();
  }

  /** What the client must get, null if that is not the upstream's own answer. */
  public byte @Nullable [] expectedBody() {
    if (client != null) {
      return client;
    }
    return answer != null && answer.status() / 100 == 2 ? answer.body() : null;
  }

  @Override
  public String toString() {
    return name.isEmpty() ? vector : vector + " " + name;
  }
}
