package xyz.trollllm.server.standin;

/** Holds answers back until it is opened, which happens once. Safe for use by many threads. */
public final class Gate {
  private volatile boolean open;

  /** Lets everything pass, now and later. */
  public void open() {
    open = true;
  }

  public boolean isOpen() {
    return open;
  }
}
