package xyz.trollllm.billing;

import java.math.BigInteger;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What an answer costs, told from plain numbers by name with nothing but whole numbers: all money
 * is counted in units of 10^-30 dollars. Shares no code with what it checks.
 */
final class CostOracle {
  private static final BigInteger ONE_FACTOR = BigInteger.valueOf(1_000_000);

  /** A fee of a millionth, times a multiplier of a millionth, is 10^-12 dollars. */
  private static final BigInteger UNITS_OF_FEES = BigInteger.TEN.pow(18);

  private static final BigInteger UNITS_PER_NANO = BigInteger.TEN.pow(21);
  private static final BigInteger MOST_NANOS = BigInteger.TEN.pow(18);

  private final Map<String, Object> used;
  private final Map<String, Object> requested;
  private final Set<String> flags = new TreeSet<>();
  private BigInteger units = BigInteger.ZERO;

  CostOracle(Map<String, Object> used) {
    this.used = used;
    this.requested = Objects.requireNonNull(map(used, "requested"));
    int inferences = number(used, "inferences").intValue();
    for (int i = 0; i < inferences; i++) {
      addInference(i);
    }
    addFee("searches", "search", "unpriced-web-search");
    addFee("fetches", "fetch", "unpriced-web-fetch");
    units = units.multiply(number(requested, "multiplier"));
    if (units.compareTo(MOST_NANOS.multiply(UNITS_PER_NANO)) > 0) {
      flags.add("limited-charge");
    }
  }

  /** The exact cost in units of 10^-30 dollars. */
  BigInteger units() {
    return units;
  }

  /** The charge in nano-dollars: halves go up, and more than a billion dollars is a billion. */
  BigInteger nanos() {
    BigInteger[] parts = units.divideAndRemainder(UNITS_PER_NANO);
    boolean up = parts[1].shiftLeft(1).compareTo(UNITS_PER_NANO) >= 0;
    return parts[0].add(up ? BigInteger.ONE : BigInteger.ZERO).min(MOST_NANOS);
  }

  Set<String> flags() {
    return flags;
  }

  private void addInference(int i) {
    Map<String, Object> model = map(used, "model " + i);
    if (model == null) {
      model = requested;
    } else if (model.isEmpty()) {
      flags.add("unpriced-model");
      model = requested;
    }
    String prices = priceList(model, i + " ");
    BigInteger sum = BigInteger.ZERO;
    for (String kind : new String[] {"hit", "output", "w1", "input", "w5"}) {
      sum = sum.add(number(used, i + " " + kind).multiply(number(model, prices + kind)));
    }
    units = units.add(sum.multiply(tierFactor(model)).multiply(placeFactor(model)));
  }

  private String priceList(Map<String, Object> model, String prefix) {
    Object speed = used.get("speed");
    if ("fast".equals(speed) && model.containsKey("fast input")) {
      return "fast ";
    }
    if ("fast".equals(speed) || "slow".equals(speed)) {
      flags.add("unpriced-speed");
    }
    BigInteger prompt =
        number(used, prefix + "input")
            .add(number(used, prefix + "w5"))
            .add(number(used, prefix + "w1"))
            .add(number(used, prefix + "hit"));
    for (int tier = 2; tier >= 0; tier--) {
      if (model.containsKey("threshold " + tier)
          && number(model, "threshold " + tier).compareTo(prompt) < 0) {
        return "tier " + tier + " ";
      }
    }
    return "";
  }

  private BigInteger tierFactor(Map<String, Object> model) {
    String tier = String.valueOf(used.get("tier"));
    if (Set.of("-", "standard", "default", "auto").contains(tier)) {
      return ONE_FACTOR;
    }
    boolean known = Set.of("batch", "flex", "priority").contains(tier);
    return factor(known ? model.get(tier) : null, "unpriced-service-tier");
  }

  private BigInteger placeFactor(Map<String, Object> model) {
    String place = String.valueOf(used.get("place"));
    if (Set.of("-", "global", "not_available").contains(place)) {
      return ONE_FACTOR;
    }
    return factor(place.equals("us") ? model.get("us") : null, "unpriced-inference-geo");
  }

  private BigInteger factor(@Nullable Object factor, String flag) {
    if (factor == null) {
      flags.add(flag);
      return ONE_FACTOR;
    }
    return BigInteger.valueOf((Long) factor);
  }

  private void addFee(String uses, String fee, String flag) {
    BigInteger count = number(used, uses);
    if (count.signum() == 0) {
      return;
    }
    if (requested.containsKey(fee)) {
      units = units.add(count.multiply(number(requested, fee)).multiply(UNITS_OF_FEES));
    } else {
      flags.add(flag);
    }
  }

  private static BigInteger number(Map<String, Object> values, String key) {
    Number value = (Number) Objects.requireNonNull(values.get(key), key);
    return BigInteger.valueOf(value.longValue());
  }

  @SuppressWarnings("unchecked") // plain numbers by name, by name
  private static @Nullable Map<String, Object> map(Map<String, Object> values, String key) {
    return (Map<String, Object>) values.get(key);
  }
}
