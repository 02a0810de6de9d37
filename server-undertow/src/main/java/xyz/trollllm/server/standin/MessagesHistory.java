package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HexFormat;
import java.util.zip.CRC32;
import tools.jackson.databind.JsonNode;

/**
 * What the Messages API demands of the answers that a conversation repeats: thoughts come back as
 * they were signed, and every tool call is followed by its result. A client that loses either is
 * refused, as by the real API and in its words.
 */
final class MessagesHistory {
  private MessagesHistory() {}

  /** The signature of a thought. */
  static String signature(String thinking) {
    CRC32 checksum = new CRC32();
    checksum.update(thinking.getBytes(UTF_8));
    return "c2lnbmF0dXJl" + HexFormat.of().toHexDigits((int) checksum.getValue());
  }

  /**
   * Checks all messages of a request.
   *
   * @throws InvalidRequestException if the API would refuse them
   */
  static void check(JsonNode request) {
    JsonNode messages = request.path("messages");
    boolean thinks = request.path("thinking").path("budget_tokens").isNumber();
    for (int i = 0; i < messages.size(); i++) {
      JsonNode message = messages.path(i);
      if (message.path("role").asString("").equals("assistant")) {
        checkBlocks(i, message.path("content"), messages.path(i + 1), thinks);
      }
    }
  }

  private static void checkBlocks(int number, JsonNode blocks, JsonNode next, boolean thinks) {
    for (int i = 0; i < blocks.size(); i++) {
      JsonNode block = blocks.path(i);
      String place = "messages." + number + ".content." + i;
      switch (block.path("type").asString("")) {
        case "thinking" -> checkSignature(place, block);
        case "tool_use" -> {
          checkResult(number, block.path("id").asString(""), next);
          checkStart(number, blocks.path(0).path("type").asString(""), thinks);
        }
        default -> {
          // Everything else may be repeated or not.
        }
      }
    }
  }

  private static void checkSignature(String place, JsonNode block) {
    String expected = signature(block.path("thinking").asString(""));
    if (!block.path("signature").asString("").equals(expected)) {
      throw new InvalidRequestException(place + ": Invalid `signature` in `thinking` block");
    }
  }

  private static void checkResult(int number, String id, JsonNode next) {
    boolean found =
        next.path("content")
            .valueStream()
            .anyMatch(block -> block.path("tool_use_id").asString("").equals(id));
    if (!found) {
      throw new InvalidRequestException(
          "messages."
              + number
              + ": `tool_use` ids were found without `tool_result` blocks immediately after: "
              + id);
    }
  }

  private static void checkStart(int number, String first, boolean thinks) {
    if (thinks && !first.equals("thinking") && !first.equals("redacted_thinking")) {
      throw new InvalidRequestException(
          "messages."
              + number
              + ".content.0.type: Expected `thinking` or `redacted_thinking`, but found `"
              + first
              + "`");
    }
  }
}
