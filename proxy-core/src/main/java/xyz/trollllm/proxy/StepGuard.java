package xyz.trollllm.proxy;

/** Ends a call when a bug of ours ends one of its steps, instead of leaving it to hang. */
interface StepGuard {
  /** A step ended by a bug of ours: the call must be over when this returns. */
  void crashed(Throwable bug);

  /** Runs one step of the call. */
  default void step(Runnable step) {
    try {
      step.run();
    } catch (RuntimeException bug) {
      crashed(bug);
    } catch (Error fatal) {
      crashed(fatal);
      throw fatal;
    }
  }
}
