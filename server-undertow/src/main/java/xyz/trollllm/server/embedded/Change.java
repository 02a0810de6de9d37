package xyz.trollllm.server.embedded;

import de.bwaldvogel.mongo.bson.Document;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The difference between two forms of a document, itself a document: {@code s} has the fields that
 * are set, {@code u} the names of those that are gone, {@code d} the differences within documents.
 * Applied to the first form it gives the second, and applied again changes nothing.
 */
final class Change {
  private static final String SET = "s";
  private static final String UNSET = "u";
  private static final String DEEPER = "d";

  private Change() {}

  static Document between(Document before, Document after) {
    Document set = new Document();
    Document deeper = new Document();
    for (Map.Entry<String, Object> field : after.entrySet()) {
      String name = field.getKey();
      Object was = before.get(name);
      Object is = field.getValue();
      if (was instanceof Document wasDocument && is instanceof Document isDocument) {
        if (!wasDocument.equals(isDocument)) {
          deeper.put(name, between(wasDocument, isDocument));
        }
      } else if (!Objects.equals(was, is) || !before.containsKey(name)) {
        set.put(name, is);
      }
    }
    List<String> unset = before.keySet().stream().filter(name -> !after.containsKey(name)).toList();
    return new Document(SET, set).append(UNSET, unset).append(DEEPER, deeper);
  }

  static void apply(Document change, Document document) {
    document.putAll(part(change, SET));
    for (Object name : (List<?>) Objects.requireNonNull(change.get(UNSET))) {
      document.remove(name);
    }
    for (Map.Entry<String, Object> field : part(change, DEEPER).entrySet()) {
      apply((Document) field.getValue(), part(document, field.getKey()));
    }
  }

  private static Document part(Document document, String name) {
    @Nullable Object part = document.get(name);
    if (part instanceof Document found) {
      return found;
    }
    throw new IllegalStateException("expected a document at " + name + ", found " + part);
  }
}
