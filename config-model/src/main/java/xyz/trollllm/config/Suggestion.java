package xyz.trollllm.config;

import static java.util.Comparator.comparingInt;

import java.util.List;

/** Guesses which word somebody meant to write. */
final class Suggestion {
  private Suggestion() {}

  /** {@code ; did you mean "X"?} with the nearest of {@code known}, or nothing if none is near. */
  static String among(List<String> known, String written) {
    return known.stream()
        .filter(word -> distance(word, written) <= Math.max(1, word.length() / 3))
        .min(comparingInt(word -> distance(word, written)))
        .map(word -> "; did you mean \"" + word + "\"?")
        .orElse("");
  }

  /**
   * How many letters must be added, removed, replaced or swapped to turn {@code a} into {@code b}.
   */
  static int distance(String a, String b) {
    int[][] edits = new int[a.length() + 1][b.length() + 1];
    for (int i = 0; i <= a.length(); i++) {
      for (int j = 0; j <= b.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : fewest(edits, a, i, b, j);
      }
    }
    return edits[a.length()][b.length()];
  }

  private static int fewest(int[][] edits, String a, int i, String b, int j) {
    boolean same = a.charAt(i - 1) == b.charAt(j - 1);
    int fewest =
        Math.min(
            edits[i - 1][j - 1] + (same ? 0 : 1), 1 + Math.min(edits[i - 1][j], edits[i][j - 1]));
    boolean swapped =
        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
    return swapped ? Math.min(fewest, edits[i - 2][j - 2] + 1) : fewest;
  }
}
