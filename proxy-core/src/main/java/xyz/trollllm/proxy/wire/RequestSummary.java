package xyz.trollllm.proxy.wire;

import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a request body says about itself, as far as routing and money are concerned.
 *
 * @param model the value of {@code model}
 * @param modelValue where that value stands in the body, quotes included
 * @param stream whether an event stream was asked for
 * @param includeUsage whether the client itself asked for usage in an OpenAI stream
 * @param streamOptions where {@code stream_options} stands in the body, if it does
 * @param maxTokens the longest answer asked for, if a limit was given
 * @param choices how many answers were asked for, 1 or more
 * @param inputs how many inputs the model takes one by one, 1 or more: each may be as long as the
 *     model allows
 * @param media what images, documents or sounds stand in the body itself
 * @param unboundedInput whether the upstream may add input that the body's length does not bound:
 *     media by URL or file id, or tools it runs itself
 * @param limits where the body says how long an answer may be
 * @param options what it asks for that changes what it costs
 */
public record RequestSummary(
    String model,
    ByteRange modelValue,
    boolean stream,
    boolean includeUsage,
    @Nullable ByteRange streamOptions,
    OptionalLong maxTokens,
    long choices,
    int inputs,
    InlineMedia media,
    boolean unboundedInput,
    OutputLimits limits,
    List<PricedOption> options) {

  public RequestSummary {
    options = List.copyOf(options);
  }

  /** How many images, documents or sounds stand in the body itself. */
  public int inlineMedia() {
    return media.count();
  }

  /** How many bytes of the body are such media: their tokens do not depend on them. */
  public int mediaBytes() {
    return media.bytes();
  }

  /** Bytes {@code start} (inclusive) to {@code end} (exclusive) of a body. */
  public record ByteRange(int start, int end) {}
}
