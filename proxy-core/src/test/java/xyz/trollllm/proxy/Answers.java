package xyz.trollllm.proxy;

/** Recorded answers of both dialects: 25 tokens in, 15 out, 0.000318 USD. */
final class Answers {
  static final String JSON =
      "{\"type\":\"message\",\"model\":\"claude-sonnet-4-5\",\"content\":[{\"type\":\"text\","
          + "\"text\":\"Hi\"}],\"usage\":{\"input_tokens\":25,\"output_tokens\":15}}";

  static final String START =
      """
      event: message_start
      data: {"type":"message_start","message":{"model":"claude-sonnet-4-5","usage":{"input_tokens":25,"output_tokens":1}}}

      """;
  static final String TEXT =
      """
      event: content_block_delta
      data: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"0123456789"}}

      """;
  static final String DELTA =
      """
      event: message_delta
      data: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":15}}

      """;
  static final String STOP =
      """
      event: message_stop
      data: {"type":"message_stop"}

      """;
  static final String MESSAGES = START + TEXT + TEXT + DELTA + STOP;

  static final String CHAT_ROLE =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\"}}]}\n\n";
  static final String CHAT_TEXT =
      "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"0123456789\"}}]}\n\n";
  static final String CHAT_STOP =
      "data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
  static final String CHAT_USAGE =
      "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":25,\"completion_tokens\":15}}\n\n";
  static final String DONE = "data: [DONE]\n\n";
  static final String CHAT = CHAT_ROLE + CHAT_TEXT + CHAT_TEXT + CHAT_STOP + CHAT_USAGE + DONE;

  static final String RESPONSES =
      """
      event: response.created
      data: {"type":"response.created","response":{"model":"claude-sonnet-4-5","usage":null}}

      event: response.output_text.delta
      data: {"type":"response.output_text.delta","delta":"0123456789"}

      event: response.completed
      data: {"type":"response.completed","response":{"status":"completed","usage":{"input_tokens":25,"output_tokens":15}}}

      """;

  private Answers() {}
}
