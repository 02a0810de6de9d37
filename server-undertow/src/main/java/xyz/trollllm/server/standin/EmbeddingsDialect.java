package xyz.trollllm.server.standin;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** OpenAI's Embeddings API, with one short vector for every input. */
final class EmbeddingsDialect extends OpenAiDialect {
  private static final float[] VECTOR = {0.25f, -0.5f, 0.75f};

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
        Asked.Thinking.NONE,
        List.of(),
        several ? input.size() : 1,
        meter.fingerprint(),
        request.path("encoding_format").asString("").equals("base64"));
  }

  @Override
  public byte[] json(Asked asked, Answer answer) {
    ObjectNode list = Json.object().put("object", "list").put("model", asked.model());
    ArrayNode data = list.putArray("data");
    for (int i = 0; i < asked.choices(); i++) {
      ObjectNode embedding = data.addObject().put("object", "embedding").put("index", i);
      if (asked.base64()) {
        embedding.put("embedding", base64());
      } else {
        embedding.putArray("embedding").add(VECTOR[0]).add(VECTOR[1]).add(VECTOR[2]);
      }
    }
    long prompt = asked.prompt().totalInput();
    list.putObject("usage").put("prompt_tokens", prompt).put("total_tokens", prompt);
    return Json.bytes(list);
  }

  /** The vector's bytes, as the makers' clients ask for it without being told to. */
  private static String base64() {
    ByteBuffer bytes = ByteBuffer.allocate(VECTOR.length * Float.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().put(VECTOR);
    return Base64.getEncoder().encodeToString(bytes.array());
  }

  @Override
  public List<byte[]> events(Asked asked, Answer answer) {
    return List.of(json(asked, answer));
  }
}
