package xyz.trollllm.server.vectors;

/** A way to learn what another gateway charged. */
public interface ChargeReading {

  /** Begins to watch what is charged. */
  Gateway.Watch begin();

  /** There is no way; charges are not compared. */
  static ChargeReading none() {
    return () -> (_, _) -> Accounted.UNKNOWN;
  }
}
