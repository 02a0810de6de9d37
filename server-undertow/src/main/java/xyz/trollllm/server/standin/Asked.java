package xyz.trollllm.server.standin;

import java.util.List;
import xyz.trollllm.billing.TokenCounts;

/**
 * What a request asks for, as far as the stand-in cares.
 *
 * <p>The rules by which usage follows from a request, for all APIs:
 *
 * <ul>
 *   <li>Four bytes of prompt are one input token, rounded up. The prompt is, in this order, the
 *       tools as JSON, the system text and the texts of all messages; an image or document counts
 *       {@value PromptMeter#BYTES_OF_MEDIA} bytes, any other block the length of its JSON.
 *   <li>With one {@code cache_control} mark, the prompt up to and including the marked block is
 *       written to the cache. With several, the prompt up to the first mark is a cache hit, and
 *       each part from there to the next mark is written. A mark's {@code ttl} says for how long.
 *   <li>One word of the answer is one output token. An answer has {@value Answer#USUAL_WORDS}
 *       words, or as many as the last message asks for ("in 200 words"). Thinking adds {@value
 *       Answer#THINKING_WORDS} tokens and a tool call four bytes of its input as one.
 *   <li>Of the tools offered the first {@value #CALLS_AT_ONCE} are called at once, or one if calls
 *       in parallel are forbidden, unless the last message brings the result of a tool.
 *   <li>Everything stops at {@code max_tokens}.
 * </ul>
 *
 * <p>Nothing is generated for the Embeddings API; every input is a choice there.
 *
 * @param prompt the tokens of the prompt; no output
 * @param maxTokens the longest answer allowed, all kinds of tokens together
 * @param words how long an answer is wanted
 * @param tools the tools to call
 * @param choices how many answers are wanted
 * @param fingerprint the same for the same prompt: ids are made of it
 * @param base64 whether vectors are wanted as bytes in base 64
 */
record Asked(
    String model,
    boolean stream,
    boolean includeUsage,
    TokenCounts prompt,
    long maxTokens,
    int words,
    Thinking thinking,
    List<String> tools,
    int choices,
    String fingerprint,
    boolean base64) {
  static final int CALLS_AT_ONCE = 2;

  /** Whether thoughts are wanted, and where. */
  enum Thinking {
    NONE(0),
    /** Before anything is said. */
    FIRST(Answer.THINKING_WORDS),
    /** Also between what is said and the tool calls. */
    INTERLEAVED(Answer.THINKING_WORDS);

    private final int words;

    Thinking(int words) {
      this.words = words;
    }

    int words() {
      return words;
    }
  }
}
