package xyz.trollllm.billing.mongo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import xyz.trollllm.config.CreditField;

/**
 * A field of a user's document that others may change, too, and that the gateway keeps exact books
 * of: a balance, or what was ever used of it.
 */
public record BookedField(CreditField field, boolean isUse) {

  /** All four. */
  public static List<BookedField> all() {
    List<BookedField> all = new ArrayList<>();
    for (CreditField field : CreditField.values()) {
      all.add(new BookedField(field, false));
      all.add(new BookedField(field, true));
    }
    return all;
  }

  /** The one of this name, if there is one. */
  public static Optional<BookedField> named(String name) {
    return all().stream().filter(field -> field.name().equals(name)).findFirst();
  }

  /** The field's name in the user's document. */
  public String name() {
    return isUse ? field.usedField() : field.balanceField();
  }
}
