package xyz.trollllm.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import xyz.trollllm.config.JsonValue.JsonArray;
import xyz.trollllm.config.JsonValue.JsonObject;

/**
 * A cursor on one JSON object that notes problems with their paths and reads on. One per object,
 * used by one thread.
 *
 * <p>A value that is missing or wrong is noted and replaced by a stand-in, so that one run finds
 * all problems; {@link #isSound} tells whether any stand-in is among what was read.
 */
final class ObjectReader {
  private final Map<String, JsonValue> members;
  private final String path;
  private final ConfigSection section;
  private final Problems problems;
  private final Set<String> asked = new HashSet<>();

  private ObjectReader(
      Map<String, JsonValue> members, String path, ConfigSection section, Problems problems) {
    this.members = members;
    this.path = path;
    this.section = section;
    this.problems = problems;
  }

  /** A cursor on {@code value}; if that is no object, a problem and no cursor. */
  static Optional<ObjectReader> of(
      JsonValue value, String path, ConfigSection section, Problems problems) {
    if (value instanceof JsonObject(var members)) {
      return Optional.of(new ObjectReader(members, path, section, problems));
    }
    problems.error(path, "must be an object, was " + value.described());
    return Optional.empty();
  }

  /** A cursor on an object without members: every optional key has its default. */
  static ObjectReader empty(String path, ConfigSection section, Problems problems) {
    return new ObjectReader(Map.of(), path, section, problems);
  }

  String path(String key) {
    return JsonPath.member(path, key);
  }

  <T> T required(String key, Rule<T> rule, T standIn) {
    Optional<JsonValue> value = value(key);
    if (value.isEmpty()) {
      error(key, "is missing, must be " + rule.allowed());
      return standIn;
    }
    return read(value.get(), path(key), rule).orElse(standIn);
  }

  <T> T optional(String key, Rule<T> rule, T ifAbsent) {
    return optional(key, rule).orElse(ifAbsent);
  }

  <T> Optional<T> optional(String key, Rule<T> rule) {
    return value(key).flatMap(value -> read(value, path(key), rule));
  }

  private <T> Optional<T> read(JsonValue value, String valuePath, Rule<T> rule) {
    return switch (rule.read(value)) {
      case Rule.Reading.Good<T>(T read) -> Optional.of(read);
      case Rule.Reading.Refused<T>(String message) -> {
        problems.error(valuePath, message);
        yield Optional.empty();
      }
    };
  }

  /** The good items of an optional array; an item's index is that of the file. */
  <T> List<Item<T>> items(String key, Rule<T> rule) {
    List<Item<T>> good = new ArrayList<>();
    List<JsonValue> items = value(key).map(value -> array(key, value)).orElse(List.of());
    for (int i = 0; i < items.size(); i++) {
      String itemPath = JsonPath.item(path(key), i);
      read(items.get(i), itemPath, rule).ifPresent(read -> good.add(new Item<>(itemPath, read)));
    }
    return good;
  }

  /** One good item of an array, and where it was. */
  record Item<T>(String path, T value) {}

  Optional<ObjectReader> object(String key, ConfigSection kind) {
    return value(key).flatMap(value -> of(value, path(key), kind, problems));
  }

  List<ObjectReader> objects(String key, ConfigSection kind) {
    return value(key).map(value -> objects(key, value, kind)).orElse(List.of());
  }

  List<ObjectReader> requiredObjects(String key, ConfigSection kind) {
    Optional<JsonValue> value = value(key);
    if (value.isEmpty()) {
      error(key, "is missing, must be an array with at least one object");
    } else if (value.get() instanceof JsonArray(var items) && items.isEmpty()) {
      error(key, "must have at least one object, was an empty array");
    }
    return value.map(array -> objects(key, array, kind)).orElse(List.of());
  }

  private List<ObjectReader> objects(String key, JsonValue value, ConfigSection kind) {
    List<ObjectReader> readers = new ArrayList<>();
    List<JsonValue> items = array(key, value);
    for (int i = 0; i < items.size(); i++) {
      of(items.get(i), JsonPath.item(path(key), i), kind, problems).ifPresent(readers::add);
    }
    return readers;
  }

  private List<JsonValue> array(String key, JsonValue value) {
    if (value instanceof JsonArray(var items)) {
      return items;
    }
    error(key, "must be an array, was " + value.described());
    return List.of();
  }

  private Optional<JsonValue> value(String key) {
    if (!section.keys().contains(key)) {
      throw new IllegalArgumentException(key + " is no key of " + section);
    }
    asked.add(key);
    return Optional.ofNullable(members.get(key));
  }

  void error(String key, String message) {
    errorAt(path(key), message);
  }

  void errorAt(String problemPath, String message) {
    problems.error(problemPath, message);
  }

  void warning(String key, String message) {
    problems.warning(path(key), message);
  }

  /** Notes every key that means nothing here: a misspelt key must not be ignored. */
  void rejectUnknownKeys() {
    if (asked.size() != section.keys().size()) {
      throw new IllegalStateException(
          "of the keys of " + section + " only " + asked + " were read");
    }
    for (String key : members.keySet()) {
      if (!section.keys().contains(key) && !ConfigSection.isComment(key)) {
        error(key, "is not a known key" + Suggestion.among(section.keys(), key));
      }
    }
  }

  /** Whether nothing was wrong so far: only then are the values that were read no stand-ins. */
  boolean isSound() {
    return problems.errors().isEmpty();
  }
}
