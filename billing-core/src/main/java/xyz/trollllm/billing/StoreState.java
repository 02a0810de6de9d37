package xyz.trollllm.billing;

import java.time.Instant;
import java.util.Optional;

/** Whether a ledger's store answers, as far as is known. Safe for use by many threads. */
public interface StoreState {
  /** Of a store that nobody watches. */
  StoreState ANSWERS = Optional::empty;

  /** Since when the store has not answered; empty if it does. Never blocks. */
  Optional<Instant> silentSince();

  /** Whether asking the store anything is in vain for now. */
  default boolean isSilent() {
    return silentSince().isPresent();
  }
}
