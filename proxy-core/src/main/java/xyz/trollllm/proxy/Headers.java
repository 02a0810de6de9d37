package xyz.trollllm.proxy;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiConsumer;

/** HTTP header fields in their order; names are case-insensitive. Immutable. */
public final class Headers {
  public static final Headers EMPTY = new Headers(List.of());

  private final List<Field> fields;

  private Headers(List<Field> fields) {
    this.fields = fields;
  }

  /** Alternating names and values. */
  public static Headers of(String... namesAndValues) {
    Builder builder = new Builder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.add(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /** The first value of a field. */
  public Optional<String> first(String name) {
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        return Optional.of(field.value);
      }
    }
    return Optional.empty();
  }

  /** All values of a field, in order. */
  public List<String> all(String name) {
    List<String> values = new ArrayList<>();
    for (Field field : fields) {
      if (field.name.equalsIgnoreCase(name)) {
        values.add(field.value);
      }
    }
    return values;
  }

  public boolean contains(String name) {
    return first(name).isPresent();
  }

  /** Calls {@code action} with each name, in lower case, and value. */
  public void forEach(BiConsumer<String, String> action) {
    for (Field field : fields) {
      action.accept(field.name, field.value);
    }
  }

  /** A builder that starts with these fields. */
  public Builder toBuilder() {
    Builder builder = new Builder();
    builder.fields.addAll(fields);
    return builder;
  }

  @Override
  public String toString() {
    return "Headers of " + fields.stream().map(Field::name).toList();
  }

  private record Field(String name, String value) {}

  /** Collects fields; used by one thread. */
  public static final class Builder {
    private final List<Field> fields = new ArrayList<>();

    public Builder add(String name, String value) {
      fields.add(new Field(name.toLowerCase(Locale.ROOT), value));
      return this;
    }

    /** Replaces all values of a field by one. */
    public Builder set(String name, String value) {
      fields.removeIf(field -> field.name.equalsIgnoreCase(name));
      return add(name, value);
    }

    public Headers build() {
      return new Headers(List.copyOf(fields));
    }
  }
}
