package xyz.trollllm.server.smoke;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * What became of one model's request.
 *
 * @param booked what the ledger has of it, if anything
 * @param moved by how much the balance of the paying field fell, US dollars
 * @param unserved whether it surely was not served and cost nothing, so that it may be tried again
 * @param problems sentences without a full stop; none if it was served and charged right
 */
public record Tried(
    String model,
    Optional<Booked> booked,
    BigDecimal moved,
    boolean unserved,
    List<String> problems) {
  public Tried {
    moved = moved.stripTrailingZeros();
    problems = List.copyOf(problems);
  }

  /** Nothing was served, and nothing charged. */
  static Tried unserved(String model, String problem) {
    return new Tried(model, Optional.empty(), BigDecimal.ZERO, true, List.of(problem));
  }

  /** It may have been served and charged. */
  static Tried unknown(String model, List<String> problems) {
    return new Tried(model, Optional.empty(), BigDecimal.ZERO, false, problems);
  }

  static Tried served(String model, Booked booked, BigDecimal moved, List<String> problems) {
    return new Tried(model, Optional.of(booked), moved, false, problems);
  }

  /** Whether {@link #charge} is what it cost. */
  boolean costKnown() {
    return booked.isPresent() || unserved;
  }

  boolean right() {
    return problems.isEmpty();
  }

  BigDecimal charge() {
    return booked.map(Booked::charge).orElse(BigDecimal.ZERO);
  }
}
