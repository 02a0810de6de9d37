package xyz.trollllm.proxy;

/** Where the one line per request goes. */
public interface RequestLog {

  /** Takes an entry without blocking and without losing it. Safe for use by many threads. */
  void write(RequestLogEntry entry);
}
