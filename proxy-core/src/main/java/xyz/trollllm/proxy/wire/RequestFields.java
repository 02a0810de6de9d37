package xyz.trollllm.proxy.wire;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser.NumberType;
import tools.jackson.core.JsonToken;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.wire.RequestSummary.ByteRange;

/** The members of one request body that route it or change its price. Used for one reading. */
final class RequestFields {
  private static final int MAX_MODEL_LENGTH = 256;

  /** OpenAI's own limit of {@code n}. */
  private static final long MAX_CHOICES = 128;

  /** Far above any model's answer, and small enough that products of limits stay in a long. */
  private static final long MAX_TOKENS = Integer.MAX_VALUE;

  private static final Set<String> DECISIVE =
      Set.of(
          "model",
          "stream",
          "stream_options",
          "max_tokens",
          "max_completion_tokens",
          "max_output_tokens",
          "background",
          "n",
          "thinking",
          "service_tier",
          "speed",
          "inference_geo",
          "compaction",
          "context_management",
          "web_search_options",
          "messages",
          "input",
          "system",
          "tools");

  private final Api api;
  private final RequestCursor cursor;
  private final OptionFields options;
  private final boolean limitNeeded;
  private final RequestInput input;
  private final DecisiveKeys keys;

  private @Nullable String model;
  private @Nullable ByteRange modelValue;
  private boolean stream;
  private boolean includeUsage;
  private @Nullable ByteRange streamOptions;
  private final List<OutputLimits.Member> limits = new ArrayList<>();
  private OptionalLong maxTokens = OptionalLong.empty();
  private OptionalLong thinkingBudget = OptionalLong.empty();
  private long choices = 1;

  /**
   * @param limitNeeded whether the Messages API's {@code max_tokens} must be there
   */
  RequestFields(Api api, RequestCursor cursor, boolean limitNeeded) {
    this.api = api;
    this.cursor = cursor;
    this.limitNeeded = limitNeeded;
    this.keys = new DecisiveKeys(cursor, "$", DECISIVE);
    this.options = new OptionFields(cursor);
    this.input = new RequestInput(cursor, options);
  }

  RequestSummary read() throws InvalidRequest {
    cursor.next();
    if (!cursor.at(JsonToken.START_OBJECT)) {
      throw cursor.expected("$", "a JSON object");
    }
    for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
      cursor.next();
      keys.check(key);
      switch (api) {
        case ANTHROPIC_MESSAGES -> anthropicMember(key);
        case OPENAI_CHAT -> chatMember(key);
        case OPENAI_RESPONSES -> responsesMember(key);
        case OPENAI_EMBEDDINGS -> embeddingsMember(key);
      }
    }
    if (cursor.next() != null) {
      throw cursor.expected("$", "nothing after the JSON object");
    }
    return summary();
  }

  private void anthropicMember(String key) throws InvalidRequest {
    switch (key) {
      case "max_tokens" -> limit(key, 0);
      case "n", "max_completion_tokens" ->
          throw cursor.refused("$." + key, "belongs to Chat Completions, leave it out");
      default -> member(key);
    }
  }

  /** In OpenAI's schema every option may also be null, which means absent. */
  private void chatMember(String key) throws InvalidRequest {
    switch (key) {
      case "max_tokens", "max_completion_tokens" -> nullableLimit(key, 1);
      case "n" -> {
        if (!cursor.at(JsonToken.VALUE_NULL)) {
          choices = wholeNumber(key, 1, MAX_CHOICES);
        }
      }
      case "stream_options" -> streamOptions();
      default -> member(key);
    }
  }

  private void responsesMember(String key) throws InvalidRequest {
    switch (key) {
      case "max_output_tokens" -> nullableLimit(key, 1);
      case "n", "max_tokens", "max_completion_tokens" ->
          throw cursor.refused("$." + key, "belongs to Chat Completions, leave it out");
      case "background" -> {
        if (bool("$.background")) {
          throw cursor.refused(
              "$.background", "this gateway meters answers as they come, leave it out");
        }
      }
      case "input" -> input.items();
      default -> member(key);
    }
  }

  /** Nothing is generated, so whatever would bound or repeat an answer means nothing. */
  private void embeddingsMember(String key) throws InvalidRequest {
    switch (key) {
      case "stream" -> cursor.skip();
      case "input" -> input.list();
      default -> member(key);
    }
  }

  private void member(String key) throws InvalidRequest {
    switch (key) {
      case "model" -> model();
      case "stream" -> stream = bool("$.stream");
      case "thinking" -> thinking();
      default -> {
        options.member(key);
        input.member(key);
      }
    }
  }

  private void nullableLimit(String key, long least) throws InvalidRequest {
    if (cursor.at(JsonToken.VALUE_NULL)) {
      limits.add(new OutputLimits.Member(key, rangeOfScalar(), OptionalLong.empty()));
    } else {
      limit(key, least);
    }
  }

  /** An upstream may honour any of several limits, so the largest one counts. */
  private void limit(String key, long least) throws InvalidRequest {
    long tokens = wholeNumber(key, least, MAX_TOKENS);
    limits.add(new OutputLimits.Member(key, rangeOfScalar(), OptionalLong.of(tokens)));
    maxTokens = OptionalLong.of(Math.max(tokens, maxTokens.orElse(0)));
  }

  /** The bytes of a number or a literal, which stand in the body as they are. */
  private ByteRange rangeOfScalar() {
    int start = cursor.start();
    return new ByteRange(start, start + cursor.string().length());
  }

  private void model() throws InvalidRequest {
    if (!cursor.at(JsonToken.VALUE_STRING)) {
      throw cursor.expected("$.model", "a non-empty string");
    }
    int start = cursor.start();
    modelValue = cursor.rangeFrom(start);
    String value = cursor.string();
    if (value.isBlank()) {
      throw cursor.refused("$.model", "expected a non-empty string, found a blank one");
    }
    if (value.length() > MAX_MODEL_LENGTH) {
      throw cursor.refused(
          "$.model",
          "expected at most " + MAX_MODEL_LENGTH + " characters, found " + value.length());
    }
    model = value;
  }

  private boolean bool(String path) throws InvalidRequest {
    return switch (cursor.token()) {
      case VALUE_TRUE -> true;
      case VALUE_FALSE, VALUE_NULL -> false;
      default -> throw cursor.expected(path, "true or false");
    };
  }

  private void streamOptions() throws InvalidRequest {
    int start = cursor.start();
    if (!cursor.at(JsonToken.VALUE_NULL)) {
      if (!cursor.at(JsonToken.START_OBJECT)) {
        throw cursor.expected("$.stream_options", "an object");
      }
      DecisiveKeys ofOptions =
          new DecisiveKeys(cursor, "$.stream_options", Set.of("include_usage"));
      for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
        cursor.next();
        ofOptions.check(key);
        if (key.equals("include_usage")) {
          includeUsage = bool("$.stream_options.include_usage");
        }
        cursor.skip();
      }
    }
    streamOptions = cursor.rangeFrom(start);
  }

  private void thinking() throws InvalidRequest {
    if (!cursor.at(JsonToken.START_OBJECT)) {
      cursor.skip();
      return;
    }
    DecisiveKeys ofThinking =
        new DecisiveKeys(cursor, "$.thinking", Set.of("type", "budget_tokens"));
    for (String key = cursor.nextKey(); key != null; key = cursor.nextKey()) {
      cursor.next();
      ofThinking.check(key);
      if (key.equals("budget_tokens") && cursor.at(JsonToken.VALUE_NUMBER_INT)) {
        boolean fits = cursor.numberType() != NumberType.BIG_INTEGER;
        thinkingBudget = OptionalLong.of(fits ? cursor.number() : Long.MAX_VALUE);
      }
      cursor.skip();
    }
  }

  private long wholeNumber(String key, long least, long most) throws InvalidRequest {
    String expected = "a whole number from " + least + " to " + most;
    if (!cursor.at(JsonToken.VALUE_NUMBER_INT)) {
      throw cursor.expected("$." + key, expected);
    }
    // Asking for the type first keeps a number of many digits from ever being converted.
    if (cursor.numberType() == NumberType.BIG_INTEGER
        || cursor.number() < least
        || cursor.number() > most) {
      throw cursor.refused("$." + key, "expected " + expected + ", found one outside");
    }
    return cursor.number();
  }

  private RequestSummary summary() throws InvalidRequest {
    if (model == null || modelValue == null) {
      throw new InvalidRequest("$.model: expected a non-empty string, found nothing");
    }
    requireBodyOfThisApi();
    return new RequestSummary(
        model,
        modelValue,
        stream,
        includeUsage,
        streamOptions,
        maxTokens,
        choices,
        input.inputs(),
        input.media(),
        input.unbounded(),
        new OutputLimits(limits, thinkingBudget),
        options.found());
  }

  /** Some clients send the body of one API to the path of another. */
  private void requireBodyOfThisApi() throws InvalidRequest {
    switch (api) {
      case ANTHROPIC_MESSAGES -> {
        if (limitNeeded && maxTokens.isEmpty()) {
          throw new InvalidRequest("$.max_tokens: expected a whole number, found nothing");
        }
      }
      case OPENAI_CHAT -> {
        if (keys.saw("input") && !keys.saw("messages")) {
          throw new InvalidRequest(
              "$.messages: expected an array of messages, found `input` instead, which belongs to"
                  + " the Responses API; send Chat Completions bodies here");
        }
      }
      case OPENAI_RESPONSES -> {
        if (keys.saw("messages") && !keys.saw("input")) {
          throw new InvalidRequest(
              "$.input: expected text or an array of items, found `messages` instead, which belongs"
                  + " to Chat Completions; send bodies of the Responses API here");
        }
      }
      case OPENAI_EMBEDDINGS -> maxTokens = OptionalLong.of(0);
    }
  }
}
