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

  /** How many letters must be added, removed or replaced to turn {@code a} into {@code b}. */
  static int distance(String a, String b) {
    int[] previous = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      previous[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] current = new int[b.length() + 1];
      current[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        current[j] = Math.min(replaced, 1 + Math.min(previous[j], current[j - 1]));
      }
      previous = current;
    }
    return previous[b.length()];
  }
}
