package xyz.trollllm.it;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** What a client library saw of its answers; see {@code src/test/clients/README.md}. */
record ClientReport(JsonNode json) {

  List<JsonNode> answers() {
    return json.path("answers").valueStream().toList();
  }

  /** Missing if there was none. */
  JsonNode error() {
    return json.path("error");
  }

  @Override
  public String toString() {
    return json.toString();
  }
}
