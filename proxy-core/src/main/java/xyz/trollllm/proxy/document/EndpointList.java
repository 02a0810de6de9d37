package xyz.trollllm.proxy.document;

import java.nio.ByteBuffer;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.billing.PriceBook;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;

/**
 * Several endpoints side by side, with the models of each as its own {@link PriceList} has them.
 */
public final class EndpointList {
  private EndpointList() {}

  public static ByteBuffer json(List<PublicEndpoint> endpoints) {
    return Json.object(json -> {
      json.writeStringProperty("object", "endpoint_list");
      PriceList.units(json);
      Json.object(
          json,
          "example",
          () -> {
            json.writeNumberProperty("requests", WorkedExample.REQUESTS);
            json.writeNumberProperty("input_tokens_each", WorkedExample.INPUT_TOKENS_EACH);
            json.writeNumberProperty("output_tokens_each", WorkedExample.OUTPUT_TOKENS_EACH);
          });
      json.writeArrayPropertyStart("endpoints");
      for (PublicEndpoint endpoint : endpoints) {
        json.writeStartObject();
        endpoint(json, endpoint);
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static void endpoint(JsonGenerator json, PublicEndpoint endpoint) {
    GatewayConfig config = endpoint.config();
    json.writeStringProperty("service", endpoint.service());
    Json.text(json, "instance", config == null ? null : config.instance());
    Json.text(json, "domain", endpoint.domain().orElse(null));
    Json.text(json, "base_url", endpoint.baseUrl().orElse(null));
    Json.text(json, "openai_base_url", endpoint.openAiBaseUrl().orElse(null));
    texts(json, "upstreams", endpoint.upstreams());
    texts(json, "credit_fields", endpoint.creditFields());
    problem(json, endpoint.problem());
    PriceBook book = endpoint.prices();
    json.writeArrayPropertyStart("models");
    for (ModelConfig model : book.models()) {
      json.writeStartObject();
      PriceList.model(json, model);
      json.writeStringProperty("upstream", model.upstream());
      Json.decimal(json, "example_cost", WorkedExample.cost(book, model));
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private static void texts(JsonGenerator json, String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  private static void problem(JsonGenerator json, PublicEndpoint.@Nullable Problem problem) {
    if (problem == null) {
      json.writeNullProperty("problem");
      return;
    }
    Json.object(
        json,
        "problem",
        () -> {
          json.writeStringProperty("since", problem.since().toString());
          json.writeStringProperty("message", problem.message());
        });
  }
}
