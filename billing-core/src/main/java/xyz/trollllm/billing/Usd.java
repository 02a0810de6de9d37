package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** An exact amount of US dollars. Amounts that are equal as numbers are equal as objects. */
public record Usd(BigDecimal amount) implements Comparable<Usd> {
  public static final Usd ZERO = new Usd(BigDecimal.ZERO);

  private static final int NANO_DIGITS = 9;

  public Usd {
    amount = amount.stripTrailingZeros();
  }

  public static Usd of(String amount) {
    return new Usd(new BigDecimal(amount));
  }

  /** An amount of whole nano-dollars, the unit in which the ledger counts. */
  public static Usd ofNanos(long nanos) {
    return new Usd(BigDecimal.valueOf(nanos, NANO_DIGITS));
  }

  public Usd plus(Usd other) {
    return new Usd(amount.add(other.amount));
  }

  public Usd minus(Usd other) {
    return new Usd(amount.subtract(other.amount));
  }

  /** The same amount, given instead of taken. */
  public Usd negated() {
    return new Usd(amount.negate());
  }

  /**
   * The nearest whole number of nano-dollars, halves away from zero: the one rounding of a charge.
   */
  public Usd roundedToNanos() {
    return new Usd(amount.setScale(NANO_DIGITS, RoundingMode.HALF_UP));
  }

  /** The next whole number of nano-dollars at or above this amount: for bounds. */
  public Usd ceilingToNanos() {
    return new Usd(amount.setScale(NANO_DIGITS, RoundingMode.CEILING));
  }

  /**
   * This amount in nano-dollars.
   *
   * @throws ArithmeticException if it is finer than a nano-dollar or does not fit 64 bits
   */
  public long nanos() {
    return amount.movePointRight(NANO_DIGITS).longValueExact();
  }

  public boolean isNegative() {
    return amount.signum() < 0;
  }

  @Override
  public int compareTo(Usd other) {
    return amount.compareTo(other.amount);
  }

  /** Plain decimal digits without exponent, such as {@code 0.000318}. */
  @Override
  public String toString() {
    return amount.toPlainString();
  }
}
