package xyz.trollllm.billing;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenUsage.ServiceOptions;
import xyz.trollllm.billing.TokenUsage.SubInference;
import xyz.trollllm.config.LongContextTier;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.config.ModelPricing;
import xyz.trollllm.config.PriceFactors;
import xyz.trollllm.config.RequestFees;
import xyz.trollllm.config.TokenPrices;

/**
 * Four models with random prices, and random usages of them: each as the product's types and as
 * plain numbers by name, from which an oracle can tell the cost without them. All amounts of the
 * plain form are whole millionths.
 *
 * <p>Numbers are drawn so that edges are met often: nothing, thresholds, the largest allowed.
 */
public final class RandomInstance {
  private static final List<String> PRICE_KINDS = List.of("input", "output", "w5", "w1", "hit");
  private static final List<String> TIERS =
      List.of("-", "standard", "default", "auto", "batch", "flex", "priority", "scale", "Batch");
  private static final List<String> SPEEDS = List.of("-", "-", "standard", "fast", "slow");
  private static final List<String> PLACES =
      List.of("-", "-", "global", "not_available", "us", "eu");
  private static final List<String> KINDS = List.of("compaction", "advisor_message", "other");

  /** What an answer to a request for {@code requested} used, in both forms. */
  public record Used(ModelConfig requested, TokenUsage usage, Map<String, Object> plain) {}

  private final Random random;
  private final List<ModelConfig> models = new ArrayList<>();
  private final List<Map<String, Object>> plainModels = new ArrayList<>();
  private final PriceBook prices;

  public RandomInstance(Random random) {
    this.random = random;
    for (int i = 0; i < 4; i++) {
      addModel(i);
    }
    this.prices = PriceBook.of(models);
  }

  public PriceBook prices() {
    return prices;
  }

  private void addModel(int number) {
    Map<String, Object> plain = new HashMap<>();
    TokenPrices base = prices(plain, "");
    List<LongContextTier> tiers = tiers(plain);
    RequestFees fees = new RequestFees(fee(plain, "search"), fee(plain, "fetch"));
    PriceFactors factors =
        new PriceFactors(
            factor(plain, "batch"),
            factor(plain, "flex"),
            factor(plain, "priority"),
            factor(plain, "us"));
    TokenPrices fast = random.nextBoolean() ? prices(plain, "fast ") : null;
    long multiplier = random.nextInt(5) == 0 ? 1_000_000 : 1 + random.nextLong(100_000_000);
    plain.put("multiplier", multiplier);
    plain.put("number", number);
    plainModels.add(plain);
    models.add(
        Models.model(
            "model-" + number,
            List.of("alias-" + number),
            "openhands",
            "upstream-" + number,
            new ModelPricing(base, tiers, fees, factors, fast, micros(multiplier))));
  }

  private TokenPrices prices(Map<String, Object> plain, String prefix) {
    BigDecimal[] drawn = new BigDecimal[PRICE_KINDS.size()];
    for (int i = 0; i < drawn.length; i++) {
      long price =
          switch (random.nextInt(8)) {
            case 0 -> 0;
            case 1 -> 1;
            case 2 -> 100_000_000_000L;
            default -> random.nextLong(100_000_000);
          };
      plain.put(prefix + PRICE_KINDS.get(i), price);
      drawn[i] = micros(price);
    }
    return new TokenPrices(drawn[0], drawn[1], drawn[2], drawn[3], drawn[4]);
  }

  private List<LongContextTier> tiers(Map<String, Object> plain) {
    List<LongContextTier> tiers = new ArrayList<>();
    long threshold = 0;
    int count = random.nextInt(4);
    for (int i = 0; i < count; i++) {
      threshold += 1 + random.nextLong(1_000);
      plain.put("threshold " + i, threshold);
      tiers.add(new LongContextTier(threshold, prices(plain, "tier " + i + " ")));
    }
    return tiers;
  }

  private @Nullable BigDecimal fee(Map<String, Object> plain, String name) {
    return amount(plain, name, 1_000_000_000, 0);
  }

  private @Nullable BigDecimal factor(Map<String, Object> plain, String name) {
    return amount(plain, name, 100_000_000, 1);
  }

  private @Nullable BigDecimal amount(
      Map<String, Object> plain, String name, long bound, long least) {
    if (random.nextInt(3) == 0) {
      return null;
    }
    long amount = random.nextInt(4) == 0 ? least : least + random.nextLong(bound);
    plain.put(name, amount);
    return micros(amount);
  }

  /** Another answer. */
  public Used used() {
    Map<String, Object> plain = new HashMap<>();
    int requested = random.nextInt(models.size());
    plain.put("requested", plainModels.get(requested));
    String tier = drawn(TIERS);
    String speed = drawn(SPEEDS);
    String place = drawn(PLACES);
    plain.put("tier", tier);
    plain.put("speed", speed);
    plain.put("place", place);
    String fallback = random.nextInt(5) == 0 ? model(plain, "model 0") : null;
    TokenCounts counts = counts(plain, "0 ");
    List<SubInference> inferences = new ArrayList<>();
    int beside = Math.max(0, random.nextInt(6) - 2);
    for (int i = 1; i <= beside; i++) {
      inferences.add(
          new SubInference(drawn(KINDS), model(plain, "model " + i), counts(plain, i + " ")));
    }
    plain.put("inferences", 1 + beside);
    long searches = uses(plain, "searches");
    long fetches = uses(plain, "fetches");
    ServiceOptions options = new ServiceOptions(orNull(tier), orNull(speed), orNull(place));
    return new Used(
        models.get(requested),
        new TokenUsage(fallback, counts, searches, fetches, options, inferences),
        plain);
  }

  /** Draws a model by one of its names; the plain form has its prices, or none if it has none. */
  private @Nullable String model(Map<String, Object> plain, String key) {
    int number = random.nextInt(models.size());
    int form = random.nextInt(5);
    if (form == 0) {
      return null;
    }
    plain.put(key, form == 4 ? Map.of() : plainModels.get(number));
    return switch (form) {
      case 1 -> "model-" + number;
      case 2 -> "alias-" + number;
      case 3 -> "upstream-" + number;
      default -> "model";
    };
  }

  private TokenCounts counts(Map<String, Object> plain, String prefix) {
    long[] drawn = new long[PRICE_KINDS.size()];
    int size = random.nextInt(20);
    for (int i = 0; i < drawn.length; i++) {
      drawn[i] =
          switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextLong(1_000);
            default -> random.nextLong(size == 0 ? 1_000_000_000_001L : 300 * (size + 1L));
          };
      plain.put(prefix + PRICE_KINDS.get(i), drawn[i]);
    }
    return new TokenCounts(drawn[0], drawn[2], drawn[3], drawn[4], drawn[1]);
  }

  private long uses(Map<String, Object> plain, String key) {
    long uses = Math.max(0, random.nextLong(12) - 6);
    plain.put(key, uses);
    return uses;
  }

  private String drawn(List<String> names) {
    return names.get(random.nextInt(names.size()));
  }

  private static @Nullable String orNull(String name) {
    return name.equals("-") ? null : name;
  }

  private static BigDecimal micros(long micros) {
    return BigDecimal.valueOf(micros, 6);
  }
}
