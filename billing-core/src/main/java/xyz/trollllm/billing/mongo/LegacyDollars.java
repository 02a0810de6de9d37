package xyz.trollllm.billing.mongo;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.bson.types.Decimal128;
import xyz.trollllm.billing.Usd;

/**
 * The existing balances are BSON doubles in US dollars. This is the only class that meets them as
 * such; exact books are kept beside them in whole nano-dollars.
 */
final class LegacyDollars {
  private static final double NANOS_PER_DOLLAR = 1e9;
  private static final double DOLLARS_PER_NANO = 1e-9;

  /** A double may sit this much below the sum of nano-dollars that it stands for. */
  private static final double HALF_A_NANO = 5e-10;

  /** How far a balance, which is a double, may be from its exact books. */
  private static final Usd TOLERANCE = Usd.of("0.000001");

  private LegacyDollars() {}

  /** The double nearest to {@code nanos}: one correctly rounded division. */
  static Double of(long nanos) {
    return nanos / NANOS_PER_DOLLAR;
  }

  /** The sum of two such amounts, as near as if its nano-dollars had been counted. */
  static Double sum(Double one, Double other) {
    return of(
        Math.addExact(Math.round(one * NANOS_PER_DOLLAR), Math.round(other * NANOS_PER_DOLLAR)));
  }

  /** The least available balance that covers {@code nanos}. */
  static Double covering(long nanos) {
    return of(nanos) - HALF_A_NANO;
  }

  /** The factor by which statements turn held nano-dollars into dollars. */
  static Double dollarsPerNano() {
    return DOLLARS_PER_NANO;
  }

  /** Whether the store, which compares doubles, finds {@code nanos} covered. */
  static boolean covers(Number balance, long heldNanos, long nanos) {
    return balance.doubleValue() - heldNanos * DOLLARS_PER_NANO >= covering(nanos);
  }

  /** Whether what was counted in doubles may stand for what was counted exactly. */
  static boolean isNear(Usd exact, Usd counted) {
    return exact.minus(counted).compareTo(TOLERANCE) <= 0
        && counted.minus(exact).compareTo(TOLERANCE) <= 0;
  }

  /** Whether a stored balance is an amount at all. */
  static boolean isFinite(Number balance) {
    return switch (balance) {
      case Decimal128 decimal -> decimal.isFinite();
      default -> Double.isFinite(balance.doubleValue());
    };
  }

  /** A stored balance, as near as whole nano-dollars come. */
  static Usd usd(Number balance) {
    BigDecimal amount =
        switch (balance) {
          case Decimal128 decimal -> decimal.bigDecimalValue();
          case Double binary -> BigDecimal.valueOf(binary);
          default -> BigDecimal.valueOf(balance.longValue());
        };
    return new Usd(amount.setScale(9, RoundingMode.HALF_EVEN));
  }
}
