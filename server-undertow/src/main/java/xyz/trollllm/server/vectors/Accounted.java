package xyz.trollllm.server.vectors;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What a gateway's books say of a request. What cannot be known is null, and not compared.
 *
 * @param charge in US dollars, as taken
 * @param entries how many entries the ledger has of the request
 * @param usage as {@link Expectation#usage()}
 * @param creditField which field of the user lost the charge; null also if nothing was charged
 * @param log the line in the request log
 */
public record Accounted(
    @Nullable BigDecimal charge,
    @Nullable Integer entries,
    @Nullable String basis,
    @Nullable Map<String, Long> usage,
    @Nullable Set<String> flags,
    @Nullable String servedModel,
    @Nullable String creditField,
    @Nullable JsonNode log,
    List<String> differences) {

  public Accounted {
    differences = List.copyOf(differences);
  }

  public static final Accounted UNKNOWN =
      new Accounted(null, null, null, null, null, null, null, null, List.of());

  /** Nothing is known but what was charged. */
  public static Accounted charged(BigDecimal charge) {
    return new Accounted(charge, null, null, null, null, null, null, null, List.of());
  }
}
