package xyz.trollllm.server.standin;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * How the bytes of an answer leave. A body that is not an event stream counts as one event.
 *
 * @param pause between two events
 * @param cutAtByte how many bytes of the body are sent before the connection is closed on it
 * @param holds gates to wait for before an event, by the event's number, from 1
 */
public record Delivery(Duration pause, long cutAtByte, Map<Integer, Gate> holds) {
  /** Everything at once. */
  public static final Delivery IMMEDIATE = new Delivery(Duration.ZERO, Long.MAX_VALUE, Map.of());

  public Delivery {
    holds = Map.copyOf(holds);
  }

  public Delivery paced(Duration newPause) {
    return new Delivery(newPause, cutAtByte, holds);
  }

  public Delivery cutAtByte(long bytes) {
    return new Delivery(pause, bytes, holds);
  }

  /** Withholds event {@code number} and all after it until {@code gate} opens. */
  public Delivery holdingEvent(int number, Gate gate) {
    Map<Integer, Gate> more = new HashMap<>(holds);
    more.put(number, gate);
    return new Delivery(pause, cutAtByte, more);
  }

  /** Falls silent before event {@code number}, for good. */
  public Delivery hangingBeforeEvent(int number) {
    return holdingEvent(number, new Gate());
  }
}
