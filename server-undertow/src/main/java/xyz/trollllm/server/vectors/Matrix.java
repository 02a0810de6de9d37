package xyz.trollllm.server.vectors;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What came of every vector at every level. Safe for use by many threads. */
public final class Matrix {
  private static final String ROW = "%-5s";
  private static final String CELL = "%-10s";

  private final List<String> levels;
  private final Map<String, Map<String, Verdict>> rows = new TreeMap<>();

  /**
   * @param levels the columns
   */
  public Matrix(List<String> levels) {
    this.levels = List.copyOf(levels);
  }

  public synchronized void put(String vector, String level, Verdict verdict) {
    rows.computeIfAbsent(vector, _ -> new LinkedHashMap<>()).put(level, verdict);
  }

  /** What was put; empty if nothing was. */
  public synchronized Optional<Verdict> at(String vector, String level) {
    return Optional.ofNullable(rows.getOrDefault(vector, Map.of()).get(level));
  }

  /** The cells, as text with the reasons below it. */
  public synchronized String render(List<Vector> vectors) {
    StringBuilder table = new StringBuilder(ROW.formatted(""));
    levels.forEach(level -> table.append(CELL.formatted(level)));
    table.append('\n');
    List<String> notes = new ArrayList<>();
    int passed = 0;
    int cells = 0;
    for (Vector vector : vectors) {
      table.append(ROW.formatted(vector.id()));
      for (String level : levels) {
        Verdict verdict = at(vector.id(), level).orElse(null);
        table.append(CELL.formatted(word(verdict)));
        note(vector.id() + " " + level + ": ", verdict, notes);
        cells += verdict instanceof Verdict.NotRun ? 0 : 1;
        passed += verdict instanceof Verdict.Passed ? 1 : 0;
      }
      table.append(vector.title()).append('\n');
    }
    table.append("%n%d vectors, %d of %d cells passed.%n".formatted(vectors.size(), passed, cells));
    notes.forEach(note -> table.append("  ").append(note).append('\n'));
    return table.toString();
  }

  private static String word(@Nullable Verdict verdict) {
    return switch (verdict) {
      case null -> "MISSING";
      case Verdict.Passed _ -> "pass";
      case Verdict.Failed _ -> "FAIL";
      case Verdict.NotRun _ -> "-";
      case Verdict.Pending _ -> "PENDING";
    };
  }

  private static void note(String where, @Nullable Verdict verdict, List<String> notes) {
    switch (verdict) {
      case null -> notes.add(where + "was not run");
      case Verdict.Passed _ -> {}
      case Verdict.Failed(List<String> differences) ->
          differences.forEach(difference -> notes.add(where + difference));
      case Verdict.NotRun(String reason) -> notes.add(where + reason);
      case Verdict.Pending(String feature, List<String> differences) ->
          differences.forEach(
              difference -> notes.add(where + "pending, needs " + feature + ": " + difference));
    }
  }
}
