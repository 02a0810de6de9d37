package xyz.trollllm.billing;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** A store that answers or does not, as a test says. */
public final class SwitchedState implements StoreState {
  private final AtomicReference<@Nullable Instant> since = new AtomicReference<>();

  /** From now on the store does not answer: an outage of its own. */
  public void silence() {
    since.set(Instant.now());
  }

  /** As {@link #silence()}, at a time of the test's. */
  public void silence(Instant at) {
    since.set(at);
  }

  public void end() {
    since.set(null);
  }

  @Override
  public Optional<Instant> silentSince() {
    return Optional.ofNullable(since.get());
  }
}
