package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import xyz.trollllm.config.Api;

/** A user who makes one request after the other until the gateway dies. */
final class KillClient implements Runnable {
  private static final int MOST_WORDS = 300;
  private static final Pattern ID = Pattern.compile("(?i)\r\nrequest-id: (\\S+)");
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\ncontent-length: (\\d+)");

  private final RunningGateway gateway;
  private final Store.User user;
  private final Random random;
  private final List<Seen> seen = new CopyOnWriteArrayList<>();
  private volatile boolean stopped;

  KillClient(RunningGateway gateway, Store.User user, Random random) {
    this.gateway = gateway;
    this.user = user;
    this.random = random;
  }

  /**
   * What a client saw of one answer.
   *
   * @param ended whether it saw the end
   * @param words how many it saw whole
   */
  record Seen(String requestId, Api api, boolean streamed, boolean ended, long words) {}

  List<Seen> seen() {
    return seen;
  }

  /** Makes no more requests. */
  void stop() {
    stopped = true;
  }

  @Override
  public void run() {
    while (!stopped && gateway.process().isAlive()) {
      Api api = random.nextBoolean() ? Api.ANTHROPIC_MESSAGES : Api.OPENAI_CHAT;
      boolean streamed = random.nextInt(4) > 0;
      String answer = ask(api, WordUpstream.body(streamed, 1 + random.nextInt(MOST_WORDS)));
      Matcher id = ID.matcher(answer);
      if (id.find()) {
        seen.add(seen(id.group(1), api, streamed, answer));
      }
    }
  }

  private String ask(Api api, String body) {
    try (RawClient client = new RawClient(gateway)) {
      client.send(
          RawClient.head(
                  api,
                  user.key(),
                  "connection: close",
                  "content-length: " + body.getBytes(UTF_8).length)
              + body);
      return client.readToEnd();
    } catch (IOException | UncheckedIOException _) {
      return ""; // killed before it could take the request
    }
  }

  private static Seen seen(String id, Api api, boolean streamed, String answer) {
    int head = answer.indexOf("\r\n\r\n") + 4;
    String fields = answer.substring(0, head);
    String rest = answer.substring(head);
    boolean chunked = fields.toLowerCase(Locale.ROOT).contains("transfer-encoding: chunked");
    String body = chunked ? unchunked(rest) : rest;
    Matcher length = LENGTH.matcher(fields);
    boolean ended =
        streamed
            ? body.endsWith(end(api))
            : length.find() && body.length() == Integer.parseInt(length.group(1));
    return new Seen(id, api, streamed, ended, streamed ? WordUpstream.wordsIn(body) : 0);
  }

  private static String end(Api api) {
    return api == Api.ANTHROPIC_MESSAGES ? "{\"type\":\"message_stop\"}\n\n" : "data: [DONE]\n\n";
  }

  /** The content of chunks, the last of which may be cut. */
  private static String unchunked(String chunks) {
    StringBuilder content = new StringBuilder();
    int at = 0;
    while (true) {
      int line = chunks.indexOf("\r\n", at);
      if (line < 0) {
        return content.toString();
      }
      int size = Integer.parseInt(chunks.substring(at, line).strip(), 16);
      int from = line + 2;
      content.append(chunks, from, Math.min(from + size, chunks.length()));
      at = from + size + 2;
      if (size == 0 || at >= chunks.length()) {
        return content.toString();
      }
    }
  }
}
