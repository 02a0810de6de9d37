package xyz.trollllm.proxy;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.Usd;

/**
 * What a LiteLLM upstream tells its operator in the head of an answer. None of it reaches a client
 * and none of it decides a charge: its cost is known to be wrong at times.
 *
 * @param cost what the answer cost the operator; null if it does not say, or not as a number
 * @param fellBack whether another deployment answered than the one that was asked
 */
record LitellmHeaders(@Nullable Usd cost, boolean fellBack) {
  static final LitellmHeaders NONE = new LitellmHeaders(null, false);

  /** Longer numbers, or ones with more digits when written out, are no amounts of money. */
  private static final int MOST_DIGITS = 40;

  static LitellmHeaders of(Headers head) {
    String attempts = head.first("x-litellm-attempted-fallbacks").orElse("0");
    return new LitellmHeaders(
        head.first("x-litellm-response-cost").map(LitellmHeaders::amount).orElse(null),
        attempts.matches("0*[1-9]\\d*"));
  }

  private static @Nullable Usd amount(String text) {
    if (text.length() > MOST_DIGITS) {
      return null;
    }
    try {
      BigDecimal amount = new BigDecimal(text);
      boolean plausible = Math.abs((long) amount.scale()) <= MOST_DIGITS && amount.signum() >= 0;
      return plausible ? new Usd(amount) : null;
    } catch (NumberFormatException notANumber) {
      return null;
    }
  }
}
