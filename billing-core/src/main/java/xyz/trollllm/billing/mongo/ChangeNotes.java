package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.bson.Document;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.config.CreditField;

/** The notes that a user's document keeps of its newest top-ups and confirmed foreign changes. */
final class ChangeNotes {
  static final String TOP_UP = "top-up";
  static final String FOREIGN = "foreign";

  /** How many are kept: an operation that is repeated later than that is done again. */
  static final int KEPT = 50;

  private final List<Document> notes;

  private ChangeNotes(List<Document> notes) {
    this.notes = notes;
  }

  static ChangeNotes of(Document user, Findings findings) {
    Object stored = Documents.at(user, Paths.CHANGES, Object.class);
    List<Document> notes = new ArrayList<>();
    if (stored instanceof List<?> list) {
      for (Object note : list) {
        if (note instanceof Document document) {
          notes.add(document);
        } else {
          findings.add(Difference.Kind.MALFORMED, Paths.CHANGES, "notes", note);
        }
      }
    } else if (stored != null) {
      findings.add(Difference.Kind.MALFORMED, Paths.CHANGES, "notes", stored);
    }
    return new ChangeNotes(notes);
  }

  /** Compares them with what was changed, unless older ones were dropped. */
  void check(Document user, Findings findings) {
    if (notes.size() >= KEPT) {
      return;
    }
    Map<String, Usd> sums = new HashMap<>();
    for (Document note : notes) {
      String path = path(note);
      if (path.isEmpty()) {
        findings.add(Difference.Kind.MALFORMED, Paths.CHANGES, "a note of a change", note.toJson());
      } else {
        sums.merge(path, Usd.ofNanos(findings.whole(note, "n")), Usd::plus);
      }
    }
    List<String> paths = new ArrayList<>();
    for (CreditField field : CreditField.values()) {
      paths.add(Paths.topUps(field));
    }
    BookedField.all().forEach(field -> paths.add(Paths.foreign(field)));
    for (String path : paths) {
      Usd counted = Usd.ofNanos(findings.whole(user, path));
      findings.requireEqual(
          Difference.Kind.CHANGES, path, sums.getOrDefault(path, Usd.ZERO), counted);
    }
  }

  /** The counter that a note belongs to; empty if to none. */
  private static String path(Document note) {
    return BookedField.named(String.valueOf(note.get("f")))
        .map(field ->
            switch (String.valueOf(note.get("k"))) {
              case TOP_UP -> field.isUse() ? "" : Paths.topUps(field.field());
              case FOREIGN -> Paths.foreign(field);
              default -> "";
            })
        .orElse("");
  }
}
