package xyz.trollllm.server.standin;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import xyz.trollllm.billing.TokenCounts;

/** What the stand-in says to a request: its words, each of which is one token, and tool calls. */
record Answer(List<Part> parts, Stop stop) {
  static final int USUAL_WORDS = 32;
  static final int THINKING_WORDS = 12;

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

  Answer {
    parts = List.copyOf(parts);
  }

  static Answer to(Asked asked) {
    long allowed = asked.maxTokens();
    int thinking = (int) Math.min(asked.thinking().words(), allowed);
    allowed -= thinking;
    int words = (int) Math.min(asked.words(), allowed);
    allowed -= words;
    int calls = (int) Math.min(asked.tools().size(), allowed / Part.ToolCall.TOKENS);
    boolean complete = words == asked.words() && calls == asked.tools().size();
    // Who thinks between the blocks keeps half of the thoughts for behind the text.
    boolean interleaved = asked.thinking() == Asked.Thinking.INTERLEAVED && calls > 0;
    int later = interleaved ? thinking / 2 : 0;
    List<Part> parts = new ArrayList<>();
    addIfAny(thinking - later, parts, new Part.Thinking(words(thinking - later)));
    addIfAny(words, parts, new Part.Text(words(words)));
    addIfAny(later, parts, new Part.Thinking(words(later)));
    for (int i = 0; i < calls; i++) {
      parts.add(new Part.ToolCall(i, asked.tools().get(i)));
    }
    return new Answer(parts, !complete ? Stop.LENGTH : calls > 0 ? Stop.TOOL : Stop.END);
  }

  private static void addIfAny(int words, List<Part> parts, Part part) {
    if (words > 0) {
      parts.add(part);
    }
  }

  private static List<String> words(int count) {
    return IntStream.range(0, count).mapToObj(Answer::word).toList();
  }

  private static String word(int index) {
    String word = WORDS.get(index % WORDS.size());
    return index == 0 ? word : " " + word;
  }

  /** All that was thought. */
  List<String> thinking() {
    List<String> words = new ArrayList<>();
    parts.forEach(part -> {
      if (part instanceof Part.Thinking thought) {
        words.addAll(thought.words());
      }
    });
    return words;
  }

  /** All tokens of this answer, thinking and tool calls included. */
  long tokens() {
    return parts.stream().mapToLong(Part::tokens).sum();
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
