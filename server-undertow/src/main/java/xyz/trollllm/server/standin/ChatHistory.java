package xyz.trollllm.server.standin;

import tools.jackson.databind.JsonNode;

/**
 * What the Chat Completions API demands of the answers that a conversation repeats: every tool call
 * is followed by its result. A client that loses one is refused, as by the real API.
 */
final class ChatHistory {
  private ChatHistory() {}

  /**
   * Checks all messages of a request.
   *
   * @throws InvalidRequestException if the API would refuse them
   */
  static void check(JsonNode request) {
    JsonNode messages = request.path("messages");
    for (int i = 0; i < messages.size(); i++) {
      for (JsonNode call : messages.path(i).path("tool_calls")) {
        if (!isAnswered(messages, i + 1, call.path("id").asString(""))) {
          throw new InvalidRequestException(
              "An assistant message with 'tool_calls' must be followed by tool messages responding"
                  + " to each 'tool_call_id'. The following tool_call_ids did not have response"
                  + " messages: "
                  + call.path("id").asString(""));
        }
      }
    }
  }

  /** The results follow at once, in any order. */
  private static boolean isAnswered(JsonNode messages, int from, String id) {
    for (int i = from; messages.path(i).path("role").asString("").equals("tool"); i++) {
      if (messages.path(i).path("tool_call_id").asString("").equals(id)) {
        return true;
      }
    }
    return false;
  }
}
