package xyz.trollllm.it;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.ObjectMappers;
import com.anthropic.core.http.Headers;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.errors.AnthropicException;
import com.anthropic.errors.AnthropicServiceException;
import com.anthropic.helpers.MessageAccumulator;
import com.anthropic.models.messages.CacheControlEphemeral;
import com.anthropic.models.messages.ContentBlockParam;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCountTokensParams;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import com.anthropic.models.messages.TextBlockParam;
import com.anthropic.models.messages.ThinkingConfigAdaptive;
import com.anthropic.models.messages.Tool;
import com.anthropic.models.messages.ToolResultBlockParam;
import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Does jobs with the Anthropic SDK for Java, as the scripts do with those for other languages. */
final class JavaAnthropicClient implements ClientUnderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @Override
  public ClientReport run(String library, ClientJob job) {
    ObjectNode report = JSON.createObjectNode();
    ArrayNode answers = report.putArray("answers");
    AnthropicOkHttpClient.Builder builder =
        AnthropicOkHttpClient.builder().baseUrl(job.baseUrl()).apiKey(job.apiKey());
    if (job.maxRetries() != null) {
      builder.maxRetries(job.maxRetries());
    }
    AnthropicClient client = builder.build();
    try {
      switch (job.scenario()) {
        case "answer" -> ask(client, job, request(job).build(), answers);
        case "tools" -> useTools(client, job, answers);
        case "count_tokens" -> report.put("tokens", countTokens(client, job));
        case "models" -> listModels(client, job, report);
        default -> throw new IllegalArgumentException(job.scenario());
      }
    } catch (AnthropicException e) {
      report.set("error", failure(e));
    } finally {
      client.close();
    }
    return new ClientReport(report);
  }

  private static MessageCreateParams.Builder request(ClientJob job) {
    MessageCreateParams.Builder request =
        MessageCreateParams.builder()
            .model(job.model())
            .maxTokens(2000)
            .systemOfTextBlockParams(system())
            .addUserMessage("Tell me in 20 words what the weather is.");
    switch (job.thinking()) {
      case "enabled" -> request.enabledThinking(1024);
      case "adaptive" -> request.thinking(ThinkingConfigAdaptive.builder().build());
      default -> {
        // Without thoughts.
      }
    }
    return request;
  }

  /** The first mark ends what the cache has; the others, what is written to it. */
  private static List<TextBlockParam> system() {
    return List.of(
        marked("cached ".repeat(100), CacheControlEphemeral.Ttl.TTL_5M),
        marked("an hour ".repeat(50), CacheControlEphemeral.Ttl.TTL_1H),
        marked("minutes ".repeat(30), CacheControlEphemeral.Ttl.TTL_5M));
  }

  private static TextBlockParam marked(String text, CacheControlEphemeral.Ttl lifetime) {
    return TextBlockParam.builder()
        .text(text)
        .cacheControl(CacheControlEphemeral.builder().ttl(lifetime).build())
        .build();
  }

  private static void useTools(AnthropicClient client, ClientJob job, ArrayNode answers) {
    MessageCreateParams.Builder request =
        request(job).addTool(tool("weather")).addTool(tool("forecast"));
    Message called = ask(client, job, request.build(), answers);
    List<ContentBlockParam> results =
        called.content().stream()
            .flatMap(block -> block.toolUse().stream())
            .map(call ->
                ContentBlockParam.ofToolResult(
                    ToolResultBlockParam.builder()
                        .toolUseId(call.id())
                        .content("18 degrees")
                        .build()))
            .toList();
    request.addMessage(called).addUserMessageOfContentBlockParams(results);
    ask(client, job, request.build(), answers);
  }

  private static Tool tool(String name) {
    return Tool.builder().name(name).inputSchema(Tool.InputSchema.builder().build()).build();
  }

  private static Message ask(
      AnthropicClient client, ClientJob job, MessageCreateParams request, ArrayNode answers) {
    ObjectNode answer = answers.addObject();
    Message message;
    if (job.stream()) {
      MessageAccumulator whole = MessageAccumulator.create();
      try (HttpResponseFor<StreamResponse<RawMessageStreamEvent>> response =
              client.withRawResponse().messages().createStreaming(request);
          StreamResponse<RawMessageStreamEvent> events = response.parse()) {
        putHeaders(answer, response.headers());
        events.stream().forEach(whole::accumulate);
      }
      message = whole.message();
    } else {
      try (HttpResponseFor<Message> response =
          client.withRawResponse().messages().create(request)) {
        putHeaders(answer, response.headers());
        message = response.parse();
      }
    }
    putMessage(answer, message);
    return message;
  }

  private static void putHeaders(ObjectNode answer, Headers headers) {
    headers.values("request-id").forEach(value -> answer.put("request_id", value));
    headers.values("x-charge-usd").forEach(value -> answer.put("charge", value));
  }

  private static void putMessage(ObjectNode answer, Message message) {
    StringBuilder thinking = new StringBuilder();
    ArrayNode signatures = answer.putArray("signatures");
    ArrayNode calls = answer.putArray("tool_calls");
    message
        .content()
        .forEach(block -> {
          block
              .thinking()
              .ifPresent(thought -> {
                thinking.append(thought.thinking());
                signatures.add(thought.signature());
              });
          block
              .toolUse()
              .ifPresent(call ->
                  calls
                      .addObject()
                      .put("id", call.id())
                      .put("name", call.name())
                      .set("input", json(call._input())));
        });
    answer
        .put("text", Sdk.text(message))
        .put("thinking", thinking.toString())
        .put("stop", message.stopReason().map(Object::toString).orElse(""))
        .set("usage", json(message.usage()));
  }

  private static long countTokens(AnthropicClient client, ClientJob job) {
    return client
        .messages()
        .countTokens(
            MessageCountTokensParams.builder()
                .model(job.model())
                .systemOfTextBlockParams(system())
                .addUserMessage("Tell me in 20 words what the weather is.")
                .build())
        .inputTokens();
  }

  private static void listModels(AnthropicClient client, ClientJob job, ObjectNode report) {
    ArrayNode models = report.putArray("models");
    client.models().list().autoPager().forEach(model -> models.add(model.id()));
    report.put("model", client.models().retrieve(job.model()).id());
  }

  /** What the SDK itself makes of one of its values. */
  private static JsonNode json(Object value) {
    try {
      return JSON.readTree(ObjectMappers.jsonMapper().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode failure(AnthropicException e) {
    ObjectNode error = JSON.createObjectNode();
    error.put("class", e.getClass().getSimpleName()).put("message", String.valueOf(e.getMessage()));
    if (e instanceof AnthropicServiceException refused) {
      error
          .put("status", refused.statusCode())
          .put("type", refused.type().map(Object::toString).orElse(null))
          .put("request_id", refused.requestId().orElse(null));
    }
    return error;
  }
}
