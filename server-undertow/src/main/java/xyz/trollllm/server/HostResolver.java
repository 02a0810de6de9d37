package xyz.trollllm.server;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Resolves names on threads of its own and remembers the outcome, so that a known name is answered
 * on the spot. A name past its time is still answered, while it is looked up again; when that fails
 * the old addresses stay. Literal addresses need no look-up. Safe for use by many threads.
 */
final class HostResolver {
  private static final Duration FRESH = Duration.ofSeconds(30);

  private final Lookup lookup;
  private final LongSupplier nanoClock;
  private final ConcurrentMap<String, Known> known = new ConcurrentHashMap<>();

  HostResolver() {
    this(host -> List.of(InetAddress.getAllByName(host)), System::nanoTime);
  }

  HostResolver(Lookup lookup, LongSupplier nanoClock) {
    this.lookup = lookup;
    this.nanoClock = nanoClock;
  }

  /** Asks the name service; may block. */
  @FunctionalInterface
  interface Lookup {
    List<InetAddress> addresses(String host) throws UnknownHostException;
  }

  /**
   * The addresses of {@code host} if known; otherwise null, and {@code later} is told, on another
   * thread, the addresses or an empty list.
   */
  @Nullable List<InetAddress> resolve(String host, Consumer<List<InetAddress>> later) {
    Known entry = known.get(host);
    if (entry == null) {
      InetAddress literal = literal(host);
      if (literal != null) {
        return List.of(literal);
      }
      start(host, () -> later.accept(lookUp(host)));
      return null;
    }
    if (nanoClock.getAsLong() - entry.untilNanos > 0 && entry.renewing.compareAndSet(false, true)) {
      start(host, () -> renew(host, entry));
    }
    return entry.addresses;
  }

  /** A look-up holds on to the carrier of a virtual thread, and of those there are few. */
  private static void start(String host, Runnable lookup) {
    Thread.ofPlatform().daemon().name("resolve " + host).start(lookup);
  }

  private static @Nullable InetAddress literal(String host) {
    boolean maybe = host.indexOf(':') >= 0 || Character.isDigit(host.charAt(host.length() - 1));
    try {
      return maybe ? InetAddress.ofLiteral(host) : null;
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private List<InetAddress> lookUp(String host) {
    try {
      List<InetAddress> addresses = lookup.addresses(host);
      known.put(host, new Known(addresses, nanoClock.getAsLong() + FRESH.toNanos()));
      return addresses;
    } catch (UnknownHostException _) {
      return List.of();
    }
  }

  private void renew(String host, Known old) {
    if (lookUp(host).isEmpty()) {
      known.replace(host, old, new Known(old.addresses, nanoClock.getAsLong() + FRESH.toNanos()));
    }
  }

  private static final class Known {
    final List<InetAddress> addresses;
    final long untilNanos;
    final AtomicBoolean renewing = new AtomicBoolean();

    Known(List<InetAddress> addresses, long untilNanos) {
      this.addresses = List.copyOf(addresses);
      this.untilNanos = untilNanos;
    }
  }
}
