package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;

/** A piece of an answer: what the APIs show as a block or as fields of a message of their own. */
sealed interface Part {

  /** All tokens of this part. */
  long tokens();

  /** Words thought before others are said. */
  record Thinking(List<String> words) implements Part {
    @Override
    public long tokens() {
      return words.size();
    }
  }

  record Text(List<String> words) implements Part {
    @Override
    public long tokens() {
      return words.size();
    }
  }

  /**
   * The wish to have a tool called, with {@link #INPUT}.
   *
   * @param number which call of its answer this is, from 0
   */
  record ToolCall(int number, String tool) implements Part {
    /** What every tool is called with. */
    static final String INPUT = "{\"query\":\"weather in Paris\",\"unit\":\"celsius\"}";

    static final long TOKENS = PromptMeter.tokensOf(INPUT.getBytes(UTF_8).length);

    @Override
    public long tokens() {
      return TOKENS;
    }
  }
}
