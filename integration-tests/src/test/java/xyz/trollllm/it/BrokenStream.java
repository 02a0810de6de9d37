package xyz.trollllm.it;

import java.io.IOException;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * A stream of the stand-in that breaks off at a known byte.
 *
 * @param request what the client sends
 * @param delivered what arrives in whole events before the break
 * @param cutAtByte where it breaks
 */
record BrokenStream(Api api, String request, String delivered, int cutAtByte) {
  private static final int EVENTS = 9;
  private static final int BYTES_OF_THE_NEXT = 10;
  private static final Pattern TEXT =
      Pattern.compile("\"(?:text_delta\",\"text|content)\":\"([^\"]*)\"");

  /** Of {@code request}, between two events. */
  static BrokenStream of(StandInUpstream upstream, Api api, String request)
      throws IOException, InterruptedException {
    boolean asksForUsage = api == Api.ANTHROPIC_MESSAGES || request.contains("include_usage");
    // The gateway asks for the usage of chat completions itself.
    String forwarded = asksForUsage ? request : Ask.withUsage(request);
    String whole = Http.direct(upstream, api, forwarded).body();
    int end = 0;
    for (int i = 0; i < EVENTS; i++) {
      end = whole.indexOf("\n\n", end) + 2;
    }
    return new BrokenStream(api, request, whole.substring(0, end), end);
  }

  /** The same, but it breaks off inside the next event. */
  BrokenStream insideTheNextEvent() {
    return new BrokenStream(api, request, delivered, cutAtByte + BYTES_OF_THE_NEXT);
  }

  Behaviour behaviour() {
    return new Behaviour.Answers(Delivery.IMMEDIATE.cutAtByte(cutAtByte));
  }

  /** Four characters of text count as a token where the upstream did not count. */
  long estimatedOutput() {
    int characters =
        TEXT.matcher(delivered).results().map(BrokenStream::text).mapToInt(String::length).sum();
    return Math.ceilDiv(characters, 4);
  }

  /** The last words that arrive. */
  String lastText() {
    return TEXT.matcher(delivered).results().map(BrokenStream::text).toList().getLast();
  }

  private static String text(MatchResult delta) {
    return delta.group(1);
  }
}
