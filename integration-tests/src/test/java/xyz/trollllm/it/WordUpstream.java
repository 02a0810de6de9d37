package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.time.Duration;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.Served;

/**
 * An upstream that answers in words of four letters, each a token, so that what was delivered of an
 * answer can be counted in its bytes as well as it can be estimated from its length. Its answers
 * are as long as their requests want them, and some are slow.
 */
final class WordUpstream implements Script {
  private static final String WORD = "word";
  private static final Pattern WORDS = Pattern.compile("in (\\d+) words");
  private static final Pattern STREAM = Pattern.compile("\"stream\":\\s*true");
  private static final Pattern DELIVERED = Pattern.compile("\"" + WORD + "\"");
  private static final int SLOWEST_MILLIS = 5;

  /**
   * What one request truly used.
   *
   * @param whole what the complete answer reports
   * @param output the tokens of it that were sent; all once they were reported
   */
  record Truth(TokenCounts whole, long output) {}

  static String body(boolean streamed, int words) {
    return "{\"model\":\"%s\",\"max_tokens\":4000,\"stream\":%s,".formatted(Ask.HAIKU, streamed)
        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello in %d words\"}]}".formatted(words);
  }

  /** How many words stand in the events of a stream. */
  static long wordsIn(String events) {
    return DELIVERED.matcher(events).results().count();
  }

  /** How long an event of one word is. */
  static int eventBytes(Api api) {
    return event(api).length();
  }

  @Override
  public Behaviour behaviourFor(Served request) {
    boolean streamed = isStreamed(request);
    int pause = Math.floorMod(request.requestId().hashCode(), SLOWEST_MILLIS + 1);
    return new Behaviour.Sends(
        200,
        Map.of("content-type", streamed ? "text/event-stream" : "application/json"),
        answer(request).getBytes(UTF_8),
        Delivery.IMMEDIATE.paced(Duration.ofMillis(pause)));
  }

  static Truth truth(Served request) {
    TokenCounts whole = usage(request);
    String sent = answer(request).substring(0, (int) request.bytesSent());
    boolean reported =
        isStreamed(request)
            ? sent.contains(end(request))
            : sent.length() == answer(request).length();
    return new Truth(whole, reported ? whole.output() : wordsIn(sent));
  }

  /** With what an answer of a stream reports its usage. */
  private static String end(Served request) {
    return api(request) == Api.ANTHROPIC_MESSAGES ? "\"message_delta\"" : "\"prompt_tokens\"";
  }

  private static Api api(Served request) {
    return request.path().endsWith(Api.ANTHROPIC_MESSAGES.path())
        ? Api.ANTHROPIC_MESSAGES
        : Api.OPENAI_CHAT;
  }

  private static boolean isStreamed(Served request) {
    return STREAM.matcher(new String(request.body(), UTF_8)).find();
  }

  private static TokenCounts usage(Served request) {
    Matcher words = WORDS.matcher(new String(request.body(), UTF_8));
    if (!words.find()) {
      throw new AssertionError("a request of somebody else");
    }
    return TokenCounts.of(Math.ceilDiv(request.body().length, 4), Integer.parseInt(words.group(1)));
  }

  private static String answer(Served request) {
    TokenCounts used = usage(request);
    boolean streamed = isStreamed(request);
    return api(request) == Api.ANTHROPIC_MESSAGES
        ? (streamed ? messageEvents(used) : message(used))
        : (streamed ? chatEvents(used) : chat(used));
  }

  private static String event(Api api) {
    return api == Api.ANTHROPIC_MESSAGES
        ? named(
            "content_block_delta",
            ",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"" + WORD + "\"}")
        : "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" + WORD + "\"}}]}\n\n";
  }

  private static String named(String type, String rest) {
    return "event: %s\ndata: {\"type\":\"%s\"%s}\n\n".formatted(type, type, rest);
  }

  private static String messageEvents(TokenCounts used) {
    return named(
            "message_start",
            ",\"message\":{\"model\":\"%s\",\"usage\":{\"input_tokens\":%d,\"output_tokens\":1}}"
                .formatted(Ask.HAIKU, used.input()))
        + event(Api.ANTHROPIC_MESSAGES).repeat((int) used.output())
        + named("message_delta", ",\"usage\":{\"output_tokens\":%d}".formatted(used.output()))
        + named("message_stop", "");
  }

  private static String message(TokenCounts used) {
    return """
    {"type":"message","model":"%s","content":[{"type":"text","text":"%s"}],\
    "usage":{"input_tokens":%d,"output_tokens":%d}}\
    """
        .formatted(Ask.HAIKU, WORD.repeat((int) used.output()), used.input(), used.output());
  }

  private static String chatEvents(TokenCounts used) {
    return "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n"
        + event(Api.OPENAI_CHAT).repeat((int) used.output())
        + "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n"
        + "data: {\"choices\":[],\"usage\":%s}\n\n".formatted(chatUsage(used))
        + "data: [DONE]\n\n";
  }

  private static String chat(TokenCounts used) {
    return """
    {"object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"%s"},\
    "finish_reason":"stop"}],"usage":%s}\
    """
        .formatted(WORD.repeat((int) used.output()), chatUsage(used));
  }

  private static String chatUsage(TokenCounts used) {
    return "{\"prompt_tokens\":%d,\"completion_tokens\":%d}".formatted(used.input(), used.output());
  }
}
