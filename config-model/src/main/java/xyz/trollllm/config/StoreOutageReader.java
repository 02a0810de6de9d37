package xyz.trollllm.config;

import java.math.BigDecimal;
import java.util.Map;
import java.util.Optional;

/** Reads what becomes of requests while the store does not answer. */
final class StoreOutageReader {
  private static final String GRACE = "grace_usd_per_account";
  private static final Rule<Boolean> ADMIT = Rules.oneOf(Map.of("refuse", false, "grace", true));

  private StoreOutageReader() {}

  static StoreOutage read(ObjectReader instance) {
    return instance
        .object("store_outage", ConfigSection.STORE_OUTAGE)
        .map(StoreOutageReader::policy)
        .orElseGet(StoreOutage.Refuse::new);
  }

  private static StoreOutage policy(ObjectReader json) {
    boolean graced = json.optional("admit", ADMIT, false);
    Optional<BigDecimal> usd = json.optional(GRACE, Decimals.AMOUNT);
    json.rejectUnknownKeys();
    if (graced && usd.orElse(BigDecimal.ZERO).signum() == 0) {
      json.error(GRACE, "must be above zero where \"admit\" is \"grace\"");
    } else if (!graced && usd.isPresent()) {
      json.error(GRACE, "means nothing unless \"admit\" is \"grace\"");
    }
    return graced ? new StoreOutage.Grace(usd.orElse(BigDecimal.ZERO)) : new StoreOutage.Refuse();
  }
}
