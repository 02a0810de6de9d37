package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Puts cases to a gateway, one after the other, and says in what it differs from what is expected.
 * Used by one thread.
 */
public final class VectorRun {
  private final Gateway gateway;
  private final ReplayingUpstream upstream;
  private final Map<String, String> values = new HashMap<>();
  private final boolean exactForwarding;
  private final BigDecimal tolerance;

  /**
   * @param upstream where the gateway sends its requests
   * @param values what the placeholders of requests stand for: host, key, unknown_key, empty_key
   * @param exactForwarding whether the upstream must get the very bytes, or what matters of them
   * @param tolerance by how much a charge may differ from the exact one, rounded to nine digits
   */
  public VectorRun(
      Gateway gateway,
      ReplayingUpstream upstream,
      Map<String, String> values,
      boolean exactForwarding,
      BigDecimal tolerance) {
    this.gateway = gateway;
    this.upstream = upstream;
    this.values.putAll(values);
    this.exactForwarding = exactForwarding;
    this.tolerance = tolerance;
  }

  /** Runs a case as it is published; no sentence means that all is as it must be. */
  public List<String> run(VectorCase vectorCase) {
    return run(vectorCase, Replay.of(vectorCase), vectorCase.expectedBody());
  }

  /**
   * Runs a case whose upstream's answer is written in another way.
   *
   * @param body what the client must then get, null if that is not the upstream's answer
   */
  public List<String> run(VectorCase vectorCase, Replay replay, byte @Nullable [] body) {
    boolean refuses = vectorCase.upstream() == VectorCase.Upstream.REFUSES;
    try {
      if (refuses) {
        upstream.refuse();
      }
      return exchange(vectorCase, replay, body);
    } catch (IOException e) {
      return List.of("no answer came: " + e);
    } finally {
      if (refuses) {
        upstream.listenAgain();
      }
    }
  }

  private List<String> exchange(VectorCase vectorCase, Replay replay, byte @Nullable [] body)
      throws IOException {
    HttpText request = vectorCase.request().with(values);
    for (int before = 1; before < vectorCase.repeat(); before++) {
      upstream.follow(replay);
      Answered _ = gateway.send(request);
    }
    Gateway.Watch watch = gateway.watch();
    upstream.follow(replay);
    Answered answered = gateway.send(request);
    Differences differences = new Differences(vectorCase.expect());
    differences.answer(answered, body);
    differences.forwarding(upstream.received(), exactForwarding ? forwarded(vectorCase) : null);
    differences.accounted(watch.accounted(answered, vectorCase.expect().charge()), tolerance);
    return differences.found();
  }

  private static byte[] forwarded(VectorCase vectorCase) {
    byte[] other = vectorCase.forwarded();
    return other == null ? vectorCase.request().body() : other;
  }
}
