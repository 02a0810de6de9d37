package xyz.trollllm.billing.journal;

import java.time.Instant;
import java.util.Optional;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settlement;

/**
 * A request that a journal knows as open, by the last record of it.
 *
 * @param at when that was written, by the clock of its process
 * @param settlement how it would be settled by that record; empty if it had only just started
 */
public record OpenRequest(RecordKind kind, Instant at, Hold hold, Optional<Settlement> settlement) {
  public String requestId() {
    return hold.requestId();
  }

  public String userId() {
    return hold.userId();
  }
}
