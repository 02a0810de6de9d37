package xyz.trollllm.server.vectors;

import java.util.List;

/** What came of a vector at one level, or of one case. */
public sealed interface Verdict {

  /** Everything was as it must be. */
  record Passed() implements Verdict {}

  /** What was not; each difference is a sentence. */
  record Failed(List<String> differences) implements Verdict {
    public Failed {
      differences = List.copyOf(differences);
    }
  }

  /** There is nothing to observe, or it cannot be arranged. */
  record NotRun(String reason) implements Verdict {}

  /** It fails, and is known to: a feature is missing. */
  record Pending(String feature, List<String> differences) implements Verdict {
    public Pending {
      differences = List.copyOf(differences);
    }
  }

  static Verdict of(List<String> differences) {
    return differences.isEmpty() ? new Passed() : new Failed(differences);
  }
}
