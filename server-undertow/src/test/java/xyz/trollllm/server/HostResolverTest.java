package xyz.trollllm.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
final class HostResolverTest {
  private static final InetAddress OLD = InetAddress.ofLiteral("192.0.2.1");
  private static final InetAddress NEW = InetAddress.ofLiteral("192.0.2.2");

  private final AtomicLong clock = new AtomicLong();
  private final BlockingQueue<List<InetAddress>> service = new LinkedBlockingQueue<>();
  private final HostResolver resolver = new HostResolver(this::lookUp, clock::get);

  /** Waits for what the test puts into the service; an empty answer means there is no such name. */
  private List<InetAddress> lookUp(String host) throws UnknownHostException {
    assertThat(Thread.currentThread().isVirtual()).isFalse();
    try {
      List<InetAddress> addresses = service.take();
      if (addresses.isEmpty()) {
        throw new UnknownHostException(host);
      }
      return addresses;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private List<InetAddress> resolveLater() {
    CompletableFuture<List<InetAddress>> later = new CompletableFuture<>();
    assertThat(resolver.resolve("a.test", later::complete)).isNull();
    return later.join();
  }

  private List<InetAddress> resolveNow() {
    List<InetAddress> now = resolver.resolve("a.test", _ -> {});
    assertThat(now).isNotNull();
    return now;
  }

  @Test
  void unknownNameIsLookedUpAndThenKnown() {
    service.add(List.of(OLD, NEW));

    assertThat(resolveLater()).containsExactly(OLD, NEW);
    assertThat(resolveNow()).containsExactly(OLD, NEW);
  }

  @Test
  void failedLookUpIsNotRemembered() {
    service.add(List.of());
    service.add(List.of(OLD));

    assertThat(resolveLater()).isEmpty();
    assertThat(resolveLater()).containsExactly(OLD);
  }

  @Test
  void oldAddressesServeWhileNewOnesAreLookedUp() throws Exception {
    service.add(List.of(OLD));
    assertThat(resolveLater()).containsExactly(OLD);
    clock.addAndGet(Duration.ofSeconds(31).toNanos());

    assertThat(resolveNow()).containsExactly(OLD);
    assertThat(resolveNow()).containsExactly(OLD);
    service.put(List.of(NEW));

    while (resolveNow().contains(OLD)) {
      Thread.onSpinWait();
    }
    assertThat(resolveNow()).containsExactly(NEW);
    assertThat(service).isEmpty();
  }

  @Test
  void oldAddressesStayWhenTheyCannotBeRenewed() {
    service.add(List.of(OLD));
    assertThat(resolveLater()).containsExactly(OLD);
    clock.addAndGet(Duration.ofSeconds(31).toNanos());
    service.add(List.of());

    while (!service.isEmpty()) {
      assertThat(resolveNow()).containsExactly(OLD);
    }
    assertThat(resolveNow()).containsExactly(OLD);
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "2001:db8::7"})
  void literalAddressNeedsNoLookUp(String address) {
    assertThat(resolver.resolve(address, _ -> {})).containsExactly(InetAddress.ofLiteral(address));
  }
}
