package xyz.trollllm.proxy.wire;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.List;
import xyz.trollllm.billing.TokenCounts;
import xyz.trollllm.config.Api;
import xyz.trollllm.config.UsageSemantics;

/**
 * An answer far larger than any memory it may take: the middle is repeated up to a size. Whatever
 * its form, it used five tokens of input and seven of output (embeddings: none).
 */
record LargeAnswer(
    String name, Api api, boolean eventStream, String start, String middle, String end) {
  private static final String TEXT =
      "\\\"usage\\\":{\\\"output_tokens\\\":9}é and more, ".repeat(200);
  private static final String BASE64 = "iVBORw0KGgoAAAANSUhEUgAA".repeat(400);
  private static final String MESSAGE_START =
      "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":1}}}\n\n";
  private static final String MESSAGE_DELTA =
      "event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":7}}\n\n";
  private static final String CHAT_USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":5,\"completion_tokens\":7}}\n\ndata: [DONE]\n\n";
  private static final String COMPLETED =
      "data: {\"type\":\"response.completed\",\"response\":{\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}}\n\n";

  /** One line or one document that is nearly all of the answer. */
  static List<LargeAnswer> ofOnePiece() {
    return List.of(
        new LargeAnswer(
            "a block of a tool's result in one line",
            Api.ANTHROPIC_MESSAGES,
            true,
            MESSAGE_START
                + "data: {\"type\":\"content_block_start\",\"content_block\":{\"type\":\"tool_result\",\"data\":\"",
            BASE64,
            "\"}}\n\n" + MESSAGE_DELTA),
        new LargeAnswer(
            "a delta of text in one line",
            Api.ANTHROPIC_MESSAGES,
            true,
            MESSAGE_START + "data: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"",
            TEXT,
            "\"}}\n\n" + MESSAGE_DELTA),
        new LargeAnswer(
            "a chunk with a nested object nobody knows",
            Api.OPENAI_CHAT,
            true,
            "data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}],\"x\":[",
            "{\"usage\":{\"prompt_tokens\":[9,{\"a\":\"\\\"\"}]}},".repeat(200),
            "0]}\n\n" + CHAT_USAGE),
        new LargeAnswer(
            "an event of a response that is all key",
            Api.OPENAI_RESPONSES,
            true,
            "data: {\"",
            "k".repeat(5000),
            "\":1,\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n" + COMPLETED),
        new LargeAnswer(
            "a line of a comment",
            Api.OPENAI_RESPONSES,
            true,
            ": ",
            "data: {} ".repeat(500),
            "\n\n" + COMPLETED),
        new LargeAnswer(
            "a message as a document",
            Api.ANTHROPIC_MESSAGES,
            false,
            "{\"type\":\"message\",\"content\":[{\"type\":\"text\",\"text\":\"",
            TEXT,
            "\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}"),
        new LargeAnswer(
            "a response as a document",
            Api.OPENAI_RESPONSES,
            false,
            "{\"output\":[{\"type\":\"image_generation_call\",\"result\":\"",
            BASE64,
            "\"}],\"usage\":{\"input_tokens\":5,\"output_tokens\":7}}"),
        new LargeAnswer(
            "embeddings as a document",
            Api.OPENAI_EMBEDDINGS,
            false,
            "{\"data\":[{\"embedding\":[",
            "-0.0123456789,1.5e-3,".repeat(300),
            "0]}],\"usage\":{\"prompt_tokens\":5,\"total_tokens\":5}}"));
  }

  /** Streams of very many ordinary events. */
  static List<LargeAnswer> ofManyEvents() {
    return List.of(
        new LargeAnswer(
            "deltas of a message",
            Api.ANTHROPIC_MESSAGES,
            true,
            MESSAGE_START,
            "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"delta\":{\"text\":\"some \"}}\n\n",
            MESSAGE_DELTA),
        new LargeAnswer(
            "chunks of a chat",
            Api.OPENAI_CHAT,
            true,
            "",
            "data: {\"choices\":[{\"delta\":{\"content\":\"some \"}}],\"usage\":null}\n\n",
            CHAT_USAGE),
        new LargeAnswer(
            "events of a response",
            Api.OPENAI_RESPONSES,
            true,
            "",
            "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"some \"}\n\n",
            COMPLETED));
  }

  AnswerMeter meter() {
    return AnswerMeters.of(api, eventStream, UsageSemantics.AUTO, 100);
  }

  TokenCounts used() {
    return TokenCounts.of(5, api == Api.OPENAI_EMBEDDINGS ? 0 : 7);
  }

  /** Has the answer, whose middle has at least so many bytes, read in pieces as they come. */
  void feed(AnswerMeter meter, long bytes) {
    ByteBuffer piece = ByteBuffer.wrap(middle.getBytes(UTF_8));
    meter.observe(ByteBuffer.wrap(start.getBytes(UTF_8)));
    for (long fed = 0; fed < bytes; fed += piece.remaining()) {
      meter.observe(piece);
    }
    meter.observe(ByteBuffer.wrap(end.getBytes(UTF_8)));
  }

  /** The same in reads of one byte each. */
  void feedByteByByte(AnswerMeter meter, long bytes) {
    ByteBuffer window = ByteBuffer.wrap(middle.getBytes(UTF_8));
    int length = window.capacity();
    meter.observe(ByteBuffer.wrap(start.getBytes(UTF_8)));
    for (long fed = 0; fed < bytes; fed += length) {
      for (int at = 0; at < length; at++) {
        meter.observe(window.limit(at + 1).position(at));
      }
    }
    meter.observe(ByteBuffer.wrap(end.getBytes(UTF_8)));
  }

  @Override
  public String toString() {
    return api.endpointSuffix() + ": " + name;
  }
}
