package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.TokenCounts;

/**
 * What the stand-in says to a request: its words, each of which is one token.
 *
 * @param tool the tool called, if one is
 */
record Answer(List<String> thinking, List<String> text, @Nullable String tool, Stop stop) {
  static final int USUAL_WORDS = 32;
  static final int THINKING_WORDS = 12;

  /** What every tool is called with. */
  static final String TOOL_INPUT = "{\"query\":\"weather in Paris\",\"unit\":\"celsius\"}";

  private static final long TOOL_TOKENS = PromptMeter.tokensOf(TOOL_INPUT.getBytes(UTF_8).length);

  private static final List<String> WORDS =
      List.of(
          ("This answer comes from a stand-in that works no magic: it repeats one sentence until it"
                  + " has said as many words as were wanted.")
              .split(" ", -1));

  /** Why an answer ends. */
  enum Stop {
    END,
    LENGTH,
    TOOL
  }

  static Answer to(Asked asked) {
    long allowed = asked.maxTokens();
    int thinking = (int) Math.min(asked.thinking() ? THINKING_WORDS : 0, allowed);
    allowed -= thinking;
    int words = (int) Math.min(asked.words(), allowed);
    allowed -= words;
    boolean callsTool = asked.tool() != null && allowed >= TOOL_TOKENS;
    boolean complete = words == asked.words() && callsTool == (asked.tool() != null);
    Stop stop = !complete ? Stop.LENGTH : callsTool ? Stop.TOOL : Stop.END;
    return new Answer(words(thinking), words(words), callsTool ? asked.tool() : null, stop);
  }

  private static List<String> words(int count) {
    return IntStream.range(0, count).mapToObj(Answer::word).toList();
  }

  private static String word(int index) {
    String word = WORDS.get(index % WORDS.size());
    return index == 0 ? word : " " + word;
  }

  /** All tokens of this answer, thinking and tool call included. */
  long tokens() {
    return thinking.size() + text.size() + (tool == null ? 0 : TOOL_TOKENS);
  }

  /** What is reported as used: the prompt once, this answer for every choice asked for. */
  TokenCounts usage(Asked asked) {
    TokenCounts prompt = asked.prompt();
    return new TokenCounts(
        prompt.input(),
        prompt.cacheWrite5m(),
        prompt.cacheWrite1h(),
        prompt.cacheHit(),
        tokens() * asked.choices());
  }
}
