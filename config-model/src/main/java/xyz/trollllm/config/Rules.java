package xyz.trollllm.config;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import xyz.trollllm.config.JsonValue.JsonBoolean;
import xyz.trollllm.config.JsonValue.JsonNumber;
import xyz.trollllm.config.JsonValue.JsonString;

/** The rules for values that are not money. */
final class Rules {
  private static final int LONGEST_TEXT = 1000;
  private static final Pattern WHOLE_NUMBER = Pattern.compile("-?[0-9]{1,18}");

  private Rules() {}

  static Rule<Integer> wholeNumber(int smallest, int largest) {
    return wholeNumber((long) smallest, largest, Math::toIntExact);
  }

  static Rule<Long> wholeNumber(long smallest, long largest) {
    return wholeNumber(smallest, largest, Function.identity());
  }

  private static <T> Rule<T> wholeNumber(long smallest, long largest, Function<Long, T> form) {
    String allowed = "a whole number from " + smallest + " to " + largest;
    return rule(
        allowed,
        value -> {
          if (value instanceof JsonNumber(String written)
              && WHOLE_NUMBER.matcher(written).matches()) {
            long number = Long.parseLong(written);
            if (number >= smallest && number <= largest) {
              return new Rule.Reading.Good<>(form.apply(number));
            }
          }
          return Rule.refused("must be " + allowed, value);
        });
  }

  static Rule<Boolean> trueOrFalse() {
    return rule(
        "true or false",
        value ->
            value instanceof JsonBoolean(boolean isTrue)
                ? new Rule.Reading.Good<>(isTrue)
                : Rule.refused("must be true or false", value));
  }

  /** Any text, also an empty one. */
  static Rule<String> text() {
    return text("a string", text -> true);
  }

  /** Text for people: one line, not blank. */
  static Rule<String> label() {
    return text(
        "a non-empty string on one line",
        text ->
            !text.isBlank()
                && text.length() <= LONGEST_TEXT
                && text.chars().noneMatch(Character::isISOControl));
  }

  /** Text that matches {@code pattern} as a whole. */
  static Rule<String> textLike(String pattern, String allowed) {
    return text(allowed, Pattern.compile(pattern).asMatchPredicate());
  }

  private static Rule<String> text(String allowed, Predicate<String> isGood) {
    return rule(
        allowed,
        value ->
            value instanceof JsonString(String text) && isGood.test(text)
                ? new Rule.Reading.Good<>(text)
                : Rule.refused("must be " + allowed, value));
  }

  /** The path of a directory, which need not exist. */
  static Rule<Path> directory() {
    String allowed = "the path of a directory";
    return rule(
        allowed,
        value ->
            value instanceof JsonString(String text)
                    && !text.isBlank()
                    && text.length() <= LONGEST_TEXT
                    && text.chars().noneMatch(Character::isISOControl)
                ? new Rule.Reading.Good<>(Path.of(text))
                : Rule.refused("must be " + allowed, value));
  }

  /** As {@code rule}, for values that may be secrets: a refusal does not show what was found. */
  static <T> Rule<T> unshown(Rule<T> rule) {
    return rule(
        rule.allowed(),
        value ->
            switch (rule.read(value)) {
              case Rule.Reading.Good<T> good -> good;
              case Rule.Reading.Refused<T> _ ->
                  new Rule.Reading.Refused<>(
                      "must be " + rule.allowed() + "; what was found is not shown");
            });
  }

  /** One of a few words, each of which stands for a value. */
  static <T> Rule<T> oneOf(Map<String, T> meanings) {
    String allowed = meanings.keySet().stream().sorted().map(Quoted::of).collect(joining(" or "));
    return rule(
        allowed,
        value -> {
          if (value instanceof JsonString(String text)) {
            T meaning = meanings.get(text);
            if (meaning != null) {
              return new Rule.Reading.Good<>(meaning);
            }
          }
          return Rule.refused("must be " + allowed, value);
        });
  }

  static <T> Rule<T> rule(String allowed, Function<JsonValue, Rule.Reading<T>> reading) {
    return new Rule<>() {
      @Override
      public String allowed() {
        return allowed;
      }

      @Override
      public Rule.Reading<T> read(JsonValue value) {
        return reading.apply(value);
      }
    };
  }
}
