package xyz.trollllm.server.standin;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's Embeddings API, with one short vector for every input. */
final class EmbeddingsDialect extends OpenAiDialect {

  @Override
  public Asked read(JsonNode request) {
    PromptMeter meter = new PromptMeter();
    String model = Json.requiredText(request, "model");
    JsonNode input = request.path("input");
    if (!input.isString() && (!input.isArray() || input.isEmpty())) {
      throw new InvalidRequestException("input: Field required");
    }
    boolean several = input.path(0).isString() || input.path(0).isArray();
    meter.addContent(input.isString() ? input : Json.object().stringNode(input.toString()));
    return new Asked(
        model,
        false,
        true,
        meter.tokens(),
        0,
        0,
        false,
        null,
        several ? input.size() : 1,
        meter.fingerprint());
  }

  @Override
  public byte[] json(Asked asked, Answer answer) {
    ObjectNode list = Json.object().put("object", "list").put("model", asked.model());
    ArrayNode data = list.putArray("data");
    for (int i = 0; i < asked.choices(); i++) {
      ObjectNode embedding = data.addObject().put("object", "embedding").put("index", i);
      embedding.putArray("embedding").add(0.25).add(-0.5).add(0.75);
    }
    long prompt = asked.prompt().totalInput();
    list.putObject("usage").put("prompt_tokens", prompt).put("total_tokens", prompt);
    return Json.bytes(list);
  }

  @Override
  public List<byte[]> events(Asked asked, Answer answer) {
    return List.of(json(asked, answer));
  }
}
