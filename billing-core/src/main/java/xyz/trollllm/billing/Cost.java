package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The exact cost of one request: what it used, at which prices, and the one multiplier on all of
 * it. Nothing is rounded, and everything that the total follows from is here.
 *
 * @param items the answer itself first, then the inferences beside it
 * @param fees for uses of the upstream's own tools
 * @param multiplier the requested model's, for all items and fees
 * @param flags what had no price of its own, of {@link CostFlags}
 */
public record Cost(
    List<CostItem> items, List<CostFee> fees, BigDecimal multiplier, SortedSet<String> flags) {
  /**
   * The most that is ever charged for one request. No upstream can serve that much; a report of
   * more must not overflow the ledger's 64-bit counters.
   */
  public static final Usd MOST = Usd.of("1000000000");

  public Cost {
    items = List.copyOf(items);
    fees = List.copyOf(fees);
    flags = Collections.unmodifiableSortedSet(new TreeSet<>(flags));
  }

  /** (items + fees) x multiplier, exact. */
  public Usd total() {
    BigDecimal listed = BigDecimal.ZERO;
    for (CostItem item : items) {
      listed = listed.add(item.amount());
    }
    for (CostFee fee : fees) {
      listed = listed.add(fee.amount());
    }
    return new Usd(listed.multiply(multiplier));
  }

  /** What is charged: the total, rounded once to whole nano-dollars, at most {@link #MOST}. */
  public Usd charge() {
    Usd rounded = total().roundedToNanos();
    return rounded.compareTo(MOST) > 0 ? MOST : rounded;
  }
}
