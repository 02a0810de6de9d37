package xyz.trollllm.proxy.wire;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonParser;
import tools.jackson.core.io.JsonStringEncoder;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.wire.RequestSummary.ByteRange;

/**
 * The only changes ever made to a request body: the model's name where the upstream has another
 * one, asking for usage where an OpenAI stream would come without it, and a lower limit of the
 * answer where the balance covers no longer one. Every other byte goes on as it came.
 */
public final class BodyEdits {
  private static final String INCLUDE_USAGE = "\"include_usage\":true";

  private BodyEdits() {}

  /**
   * Whether {@link #forward} asks for usage that the client did not ask for, so that it has to be
   * taken out of the answer again.
   */
  public static boolean addsUsage(RequestSummary summary, Api api) {
    return api == Api.OPENAI_CHAT && summary.stream() && !summary.includeUsage();
  }

  /**
   * Returns the body to forward as slices of {@code body} with the edits between them.
   *
   * @param loweredMaxTokens the longest answer to ask for, if it is not what the body asks for
   */
  public static List<ByteBuffer> forward(
      ByteBuffer body,
      RequestSummary summary,
      Api api,
      String upstreamModelId,
      OptionalLong loweredMaxTokens) {
    ByteBuffer original = body.slice();
    List<Edit> edits = new ArrayList<>();
    if (!summary.model().equals(upstreamModelId)) {
      edits.add(new Edit(summary.modelValue(), quoted(upstreamModelId)));
    }
    if (addsUsage(summary, api)) {
      edits.add(askForUsage(original, summary.streamOptions()));
    }
    loweredMaxTokens.ifPresent(
        tokens -> edits.addAll(lower(original, summary.limits(), api, tokens)));
    return apply(original, edits);
  }

  /** Replaces {@code range}, which may be empty, by {@code text}. */
  private record Edit(ByteRange range, ByteBuffer text) {
    private Edit(ByteRange range, String text) {
      this(range, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    }
  }

  private static String quoted(String value) {
    StringBuilder quoted = new StringBuilder("\"");
    JsonStringEncoder.getInstance().quoteAsString(value, quoted);
    return quoted.append('"').toString();
  }

  private static Edit askForUsage(ByteBuffer body, @Nullable ByteRange options) {
    if (options == null) {
      int start = afterBrace(body, 0);
      return new Edit(new ByteRange(start, start), "\"stream_options\":{" + INCLUDE_USAGE + "},");
    }
    if (body.get(options.start()) != '{') {
      return new Edit(options, "{" + INCLUDE_USAGE + "}");
    }
    return askInside(body, options);
  }

  private static Edit askInside(ByteBuffer body, ByteRange options) {
    boolean empty = true;
    try (JsonParser parser =
        RequestReader.parser(body.slice(options.start(), options.end() - options.start()))) {
      parser.nextToken();
      for (String key = parser.nextName(); key != null; key = parser.nextName()) {
        empty = false;
        parser.nextToken();
        int start = options.start() + (int) parser.currentTokenLocation().getByteOffset();
        parser.skipChildren();
        if (key.equals("include_usage")) {
          int end = options.start() + (int) parser.currentLocation().getByteOffset();
          return new Edit(new ByteRange(start, end), "true");
        }
      }
    }
    int start = afterBrace(body, options.start());
    return new Edit(new ByteRange(start, start), empty ? INCLUDE_USAGE : INCLUDE_USAGE + ",");
  }

  private static int afterBrace(ByteBuffer body, int from) {
    int at = from;
    while (body.get(at) != '{') {
      at++;
    }
    return at + 1;
  }

  /** Every limit that is higher becomes {@code tokens}; where there is none, one is put in. */
  private static List<Edit> lower(ByteBuffer body, OutputLimits limits, Api api, long tokens) {
    List<Edit> edits = new ArrayList<>();
    boolean limited = false;
    for (OutputLimits.Member member : limits.members()) {
      limited |= member.tokens().isPresent();
      if (member.tokens().orElse(0) > tokens) {
        edits.add(new Edit(member.value(), Long.toString(tokens)));
      }
    }
    return limited ? edits : List.of(limit(body, limits, limitOf(api), tokens));
  }

  private static Edit limit(ByteBuffer body, OutputLimits limits, String key, long tokens) {
    for (OutputLimits.Member member : limits.members()) {
      if (member.key().equals(key)) {
        return new Edit(member.value(), Long.toString(tokens));
      }
    }
    int start = afterBrace(body, 0);
    return new Edit(new ByteRange(start, start), "\"" + key + "\":" + tokens + ",");
  }

  /** The member that newest clients of an API use. */
  private static String limitOf(Api api) {
    return switch (api) {
      case ANTHROPIC_MESSAGES -> "max_tokens";
      case OPENAI_CHAT -> "max_completion_tokens";
      case OPENAI_RESPONSES -> "max_output_tokens";
      case OPENAI_EMBEDDINGS ->
          throw new IllegalArgumentException("embeddings have no answer that could be shorter");
    };
  }

  private static List<ByteBuffer> apply(ByteBuffer body, List<Edit> edits) {
    edits.sort(Comparator.comparingInt(edit -> edit.range().start()));
    List<ByteBuffer> parts = new ArrayList<>();
    int kept = 0;
    for (Edit edit : edits) {
      parts.add(body.slice(kept, edit.range().start() - kept));
      parts.add(edit.text());
      kept = edit.range().end();
    }
    parts.add(body.slice(kept, body.limit() - kept));
    parts.removeIf(part -> !part.hasRemaining());
    return List.copyOf(parts);
  }
}
