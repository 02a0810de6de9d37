package xyz.trollllm.server.backend;

import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;
import xyz.trollllm.config.ConfigProblem;

/** What operators are told: whether there are prices to show, and what is wrong with any file. */
final class ReadyText {
  private static final JsonFactory JSON = new JsonFactory();

  private ReadyText() {}

  static String json(PriceSnapshot snapshot) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeBooleanProperty("ready", snapshot.isUseful());
      List<ConfigProblem> problems = snapshot.problems();
      if (!problems.isEmpty()) {
        json.writeStringProperty(snapshot.isUseful() ? "degraded" : "reason", "configuration");
        json.writeArrayPropertyStart("endpoints");
        snapshot.endpoints().forEach(endpoint -> endpoint(json, endpoint));
        json.writeEndArray();
        json.writeArrayPropertyStart("problems");
        problems.forEach(problem -> json.writeString(problem.toString()));
        json.writeEndArray();
      }
      json.writeEndObject();
    }
    return text.toString();
  }

  /** What is told while the files cannot be looked at, though the last prices are shown. */
  static String stale(Instant lookedAt) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), text)) {
      json.writeStartObject();
      json.writeBooleanProperty("ready", false);
      json.writeStringProperty("reason", "stale");
      json.writeStringProperty("looked_at", lookedAt.toString());
      json.writeEndObject();
    }
    return text.toString();
  }

  private static void endpoint(JsonGenerator json, EndpointState endpoint) {
    EndpointState.Trouble trouble = endpoint.trouble();
    if (trouble == null) {
      return;
    }
    json.writeStartObject();
    json.writeStringProperty("service", endpoint.source().service());
    json.writeStringProperty("since", trouble.since().toString());
    json.writeStringProperty("shown", endpoint.good() == null ? "nothing" : "what was valid last");
    json.writeEndObject();
  }
}
