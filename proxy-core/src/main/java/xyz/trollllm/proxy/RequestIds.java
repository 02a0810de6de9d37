package xyz.trollllm.proxy;

import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Makes request ids: 26 characters of Crockford's base 32 that sort by time, as ULIDs do.
 *
 * <p>Milliseconds are followed by 40 bits drawn once per process and a 40-bit counter that starts
 * anywhere: unique within a process by counting, between processes by chance, and made without
 * touching the system's random source on the call path. Safe for use by many threads.
 */
public final class RequestIds {
  private static final char[] DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ".toCharArray();
  private static final long FORTY_BITS = (1L << 40) - 1;

  private final Clock clock;
  private final long process;
  private final AtomicLong counter;

  public RequestIds(Clock clock) {
    SecureRandom random = new SecureRandom();
    this.clock = clock;
    this.process = random.nextLong() & FORTY_BITS;
    this.counter = new AtomicLong(random.nextLong() & FORTY_BITS);
  }

  /** The next id. */
  public String next() {
    char[] id = new char[26];
    digits(id, 0, 10, clock.millis());
    digits(id, 10, 8, process);
    digits(id, 18, 8, counter.getAndIncrement() & FORTY_BITS);
    return new String(id);
  }

  private static void digits(char[] id, int from, int count, long value) {
    long rest = value;
    for (int i = from + count - 1; i >= from; i--) {
      id[i] = DIGITS[(int) (rest & 31)];
      rest >>>= 5;
    }
  }
}
