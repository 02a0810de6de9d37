package xyz.trollllm.proxy.wire;

import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Collects what one JSON document of an answer says: a whole answer, or the data of one event. Used
 * again for the next one.
 *
 * @param <F> what is read of it
 */
abstract class AnswerDocument<F extends Enum<F> & AnswerField> implements JsonListener<F> {
  private final JsonTap<F> tap;
  private final UsageFields<F> usage;
  private final Set<String> flags = new TreeSet<>();
  private @Nullable String model;
  private boolean error;
  private long characters;
  private boolean hasUsage;
  private boolean insideUsage;

  AnswerDocument(Class<F> fields, JsonPaths<F> paths) {
    this.tap = new JsonTap<>(paths, this);
    this.usage = new UsageFields<>(fields);
  }

  /** The reader whose findings are collected here. */
  final JsonTap<F> tap() {
    return tap;
  }

  /** Forgets everything, for another document. */
  final void clear() {
    tap.reset();
    usage.clear();
    flags.clear();
    model = null;
    error = false;
    characters = 0;
    hasUsage = false;
    insideUsage = false;
    clearOwn();
  }

  final @Nullable String model() {
    return model;
  }

  final boolean error() {
    return error;
  }

  /** How many characters of text, thinking and tool arguments it holds. */
  long characters() {
    return characters;
  }

  /** Whether it holds content, as opposed to framing and usage. */
  abstract boolean content();

  final UsageFields<F> usage() {
    return usage;
  }

  /** Whether usage has begun. */
  final boolean hasUsage() {
    return hasUsage;
  }

  /** Whether all of its usage was read. */
  final boolean usageIsWhole() {
    return hasUsage && !insideUsage;
  }

  /** What is unusual about its usage. */
  final Set<String> flags() {
    return flags;
  }

  /** Forgets what the API's own fields have left. */
  abstract void clearOwn();

  /** A value of one of the API's own fields. */
  abstract void own(F field, JsonScalar value);

  /** A container at one of the API's own fields begins. */
  void ownOpened(F field) {}

  /** A container at one of the API's own fields is over. */
  void ownClosed(F field) {}

  /** Length of a text at one of the API's own fields. */
  void ownText(F field, long more) {}

  @Override
  public final void scalar(F field, JsonScalar value) {
    switch (field.role()) {
      case MODEL -> model = value.isString() ? value.text() : model;
      case ERROR -> error |= !value.isNull();
      case TEXT, USAGE -> {}
      case COUNT -> usage.putCount(field, value, flags);
      case NAME -> usage.putName(field, value);
      case OWN -> own(field, value);
    }
  }

  @Override
  public final void text(F field, long more) {
    switch (field.role()) {
      case TEXT -> characters += more;
      case OWN -> ownText(field, more);
      case MODEL, ERROR, USAGE, COUNT, NAME -> {}
    }
  }

  @Override
  public final void opened(F field) {
    switch (field.role()) {
      case ERROR -> error = true;
      case USAGE -> {
        hasUsage = true;
        insideUsage = true;
      }
      case COUNT -> flags.add(UsageFlags.INVALID_COUNT);
      case OWN -> ownOpened(field);
      case MODEL, TEXT, NAME -> {}
    }
  }

  @Override
  public final void closed(F field) {
    switch (field.role()) {
      case USAGE -> {
        insideUsage = false;
        if (usage.isEmpty()) {
          flags.add(UsageFlags.UNREADABLE_USAGE);
        }
      }
      case OWN -> ownClosed(field);
      case MODEL, ERROR, TEXT, COUNT, NAME -> {}
    }
  }
}
