package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/**
 * A settled request as the ledger has it.
 *
 * @param uses of the upstream's own tools, by kind
 * @param charge US dollars
 */
record Booked(
    String upstream,
    String creditField,
    String basis,
    List<String> flags,
    List<Item> items,
    Map<String, Long> uses,
    BigDecimal multiplier,
    BigDecimal charge) {
  private static final String OUTPUT = "output";

  Booked {
    flags = List.copyOf(flags);
    items = List.copyOf(items);
    uses = Map.copyOf(uses);
  }

  /** One inference: tokens by kind, and the factor of the way it was served. */
  record Item(Map<String, Long> tokens, BigDecimal factor) {
    Item {
      tokens = Map.copyOf(tokens);
    }
  }

  static boolean isSettled(JsonNode request) {
    return request.path("status").asString("").equals("settled");
  }

  static Booked of(JsonNode request) {
    Map<String, Long> uses = new LinkedHashMap<>();
    request
        .path("fees")
        .forEach(fee -> uses.put(fee.path("kind").asString(""), fee.path("count").asLong(0)));
    return new Booked(
        request.path("upstream").asString("unknown"),
        request.path("credit_field").asString(""),
        request.path("basis").asString(""),
        request.path("flags").valueStream().map(flag -> flag.asString("")).toList(),
        request.path("items").valueStream().map(Booked::item).toList(),
        uses,
        Quote.amount(request.path("multiplier")),
        Quote.amount(request.path("cost")));
  }

  private static Item item(JsonNode item) {
    Map<String, Long> tokens = new LinkedHashMap<>();
    item.path("tokens")
        .properties()
        .forEach(entry -> tokens.put(entry.getKey(), entry.getValue().asLong(0)));
    return new Item(tokens, Quote.amount(item.path("factor")));
  }

  /** Tokens of the prompt, of all kinds. */
  long input() {
    return all() - output();
  }

  long output() {
    return items.stream().mapToLong(item -> item.tokens().getOrDefault(OUTPUT, 0L)).sum();
  }

  private long all() {
    return items.stream()
        .flatMap(item -> item.tokens().values().stream())
        .mapToLong(Long::longValue)
        .sum();
  }
}
