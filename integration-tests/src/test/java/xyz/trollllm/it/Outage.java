package xyz.trollllm.it;

import java.time.Duration;
import java.util.function.BiConsumer;

/** The ways in which a store can be gone, and how long it is in these tests. */
enum Outage {
  /** Connections are cut, and new ones refused. */
  REFUSED(8, (_, network) -> network.refuse(), (_, network) -> network.accept()),

  /** Everything is taken and nothing answered; what was sent arrives after the end. */
  SWALLOWED(60, (_, network) -> network.swallow(true), (_, network) -> network.swallow(false)),

  /** The process is stopped, and goes on with all that it was sent. */
  FROZEN(8, (store, _) -> store.freeze(), (store, _) -> store.thaw()),

  /** The process is killed, and another one started on its data. */
  KILLED(8, (store, _) -> store.kill(), (store, _) -> store.restart());

  private final int seconds;

  @SuppressWarnings("ImmutableEnumChecker") // without state
  private final BiConsumer<StoreProcess, TcpProxy> beginning;

  @SuppressWarnings("ImmutableEnumChecker") // without state
  private final BiConsumer<StoreProcess, TcpProxy> end;

  Outage(
      int seconds,
      BiConsumer<StoreProcess, TcpProxy> beginning,
      BiConsumer<StoreProcess, TcpProxy> end) {
    this.seconds = seconds;
    this.beginning = beginning;
    this.end = end;
  }

  Duration length() {
    return Duration.ofSeconds(seconds);
  }

  void begin(StoreProcess store, TcpProxy network) {
    beginning.accept(store, network);
  }

  void end(StoreProcess store, TcpProxy network) {
    end.accept(store, network);
  }
}
