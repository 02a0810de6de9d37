package xyz.trollllm.proxy;

/** Where it is told what an operator has to act upon. */
public interface OperatorAlerts {

  /** Takes an alert without blocking. Safe for use by many threads. */
  void raise(OperatorAlert alert);
}
