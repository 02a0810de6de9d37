package xyz.trollllm.config;

import java.math.BigDecimal;

/** What becomes of new requests while the store of accounts and credits does not answer. */
public sealed interface StoreOutage {
  /** They are refused. */
  record Refuse() implements StoreOutage {}

  /**
   * Those of accounts that were seen before are admitted within a bound.
   *
   * @param usdPerAccount what the requests of one account may cost altogether in one outage on this
   *     instance, in US dollars; above zero
   */
  record Grace(BigDecimal usdPerAccount) implements StoreOutage {}
}
