package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * What became of one model's request.
 *
 * @param booked what the ledger has of it, if anything
 * @param moved by how much the balance of the paying field fell, US dollars
 * @param problems sentences without a full stop; none if it was served and charged right
 */
public record Tried(
    String model, Optional<Booked> booked, BigDecimal moved, List<String> problems) {
  public Tried {
    moved = moved.stripTrailingZeros();
    problems = List.copyOf(problems);
  }

  static Tried failed(String model, String problem) {
    return new Tried(model, Optional.empty(), BigDecimal.ZERO, List.of(problem));
  }

  boolean right() {
    return problems.isEmpty();
  }

  BigDecimal charge() {
    return booked.map(Booked::charge).orElse(BigDecimal.ZERO);
  }
}
