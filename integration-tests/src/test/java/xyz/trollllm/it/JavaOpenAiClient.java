package xyz.trollllm.it;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.JsonValue;
import com.openai.core.ObjectMappers;
import com.openai.core.http.Headers;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.errors.OpenAIException;
import com.openai.errors.OpenAIServiceException;
import com.openai.helpers.ChatCompletionAccumulator;
import com.openai.helpers.ResponseAccumulator;
import com.openai.models.FunctionDefinition;
import com.openai.models.Reasoning;
import com.openai.models.ReasoningEffort;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionContentPartText;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.chat.completions.ChatCompletionMessage;
import com.openai.models.chat.completions.ChatCompletionStreamOptions;
import com.openai.models.chat.completions.ChatCompletionToolMessageParam;
import com.openai.models.embeddings.CreateEmbeddingResponse;
import com.openai.models.embeddings.EmbeddingCreateParams;
import com.openai.models.responses.EasyInputMessage;
import com.openai.models.responses.FunctionTool;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseInputItem;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Does jobs with the OpenAI SDK for Java, as the scripts do with those for other languages. */
final class JavaOpenAiClient implements ClientUnderTest {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String QUESTION = "Tell me in 20 words what the weather is.";

  @Override
  public ClientReport run(String library, ClientJob job) {
    ObjectNode report = JSON.createObjectNode();
    ArrayNode answers = report.putArray("answers");
    OpenAIOkHttpClient.Builder builder =
        OpenAIOkHttpClient.builder().baseUrl(job.baseUrl()).apiKey(job.apiKey());
    if (job.maxRetries() != null) {
      builder.maxRetries(job.maxRetries());
    }
    OpenAIClient client = builder.build();
    try {
      switch (job.scenario()) {
        case "answer" -> ask(client, job, request(job).build(), answers);
        case "tools" -> useTools(client, job, answers);
        case "models" -> listModels(client, job, report);
        case "embedding" -> embed(client, job, report);
        case "responses" ->
            respond(client, job, responseRequest(job).input(QUESTION).build(), answers);
        case "responses_tools" -> respondWithTools(client, job, answers);
        default -> throw new IllegalArgumentException(job.scenario());
      }
    } catch (OpenAIException e) {
      report.set("error", failure(e));
    } finally {
      client.close();
    }
    return new ClientReport(report);
  }

  private static ChatCompletionCreateParams.Builder request(ClientJob job) {
    ChatCompletionCreateParams.Builder request =
        ChatCompletionCreateParams.builder()
            .model(job.model())
            .maxCompletionTokens(2000)
            .addSystemMessageOfArrayOfContentParts(
                List.of(
                    marked("cached ".repeat(100), "5m"),
                    marked("an hour ".repeat(50), "1h"),
                    marked("minutes ".repeat(30), "5m")))
            .addUserMessage(QUESTION);
    if (job.stream()) {
      request.streamOptions(ChatCompletionStreamOptions.builder().includeUsage(true).build());
    }
    if (job.thinks()) {
      request.reasoningEffort(ReasoningEffort.LOW);
    }
    return request;
  }

  private static ChatCompletionContentPartText marked(String text, String lifetime) {
    return ChatCompletionContentPartText.builder()
        .text(text)
        .putAdditionalProperty(
            "cache_control", JsonValue.from(Map.of("type", "ephemeral", "ttl", lifetime)))
        .build();
  }

  private static void useTools(OpenAIClient client, ClientJob job, ArrayNode answers) {
    ChatCompletionCreateParams.Builder request = request(job);
    for (String name : List.of("weather", "forecast")) {
      request.addFunctionTool(FunctionDefinition.builder().name(name).build());
    }
    ChatCompletionMessage called = ask(client, job, request.build(), answers);
    request.addMessage(called);
    called
        .toolCalls()
        .orElse(List.of())
        .forEach(call ->
            request.addMessage(
                ChatCompletionToolMessageParam.builder()
                    .toolCallId(call.asFunction().id())
                    .content("18 degrees")
                    .build()));
    ask(client, job, request.build(), answers);
  }

  private static ChatCompletionMessage ask(
      OpenAIClient client, ClientJob job, ChatCompletionCreateParams request, ArrayNode answers) {
    ObjectNode answer = answers.addObject();
    StringBuilder thinking = new StringBuilder();
    ChatCompletion whole;
    if (job.stream()) {
      ChatCompletionAccumulator accumulator = ChatCompletionAccumulator.create();
      try (HttpResponseFor<StreamResponse<ChatCompletionChunk>> response =
              client.withRawResponse().chat().completions().createStreaming(request);
          StreamResponse<ChatCompletionChunk> chunks = response.parse()) {
        putHeaders(answer, response.headers());
        chunks.stream()
            .map(accumulator::accumulate)
            .forEach(chunk ->
                chunk.choices().forEach(choice -> thinking.append(reasoning(choice.delta()))));
      }
      whole = accumulator.chatCompletion();
    } else {
      try (HttpResponseFor<ChatCompletion> response =
          client.withRawResponse().chat().completions().create(request)) {
        putHeaders(answer, response.headers());
        whole = response.parse();
      }
      thinking.append(reasoning(whole.choices().getFirst().message()));
    }
    ChatCompletion.Choice choice = whole.choices().getFirst();
    putMessage(answer, choice.message(), thinking.toString());
    answer
        .put("stop", choice.finishReason().toString())
        .set("usage", json(whole.usage().orElseThrow()));
    return choice.message();
  }

  /** The SDK has no name for it, but keeps it. */
  private static String reasoning(Object message) {
    return json(message).path("reasoning_content").asString("");
  }

  private static void putHeaders(ObjectNode answer, Headers headers) {
    headers.values("x-request-id").forEach(value -> answer.put("request_id", value));
    headers.values("x-charge-usd").forEach(value -> answer.put("charge", value));
  }

  private static void putMessage(
      ObjectNode answer, ChatCompletionMessage message, String thinking) {
    answer.put("text", message.content().orElse("")).put("thinking", thinking);
    answer.putArray("signatures");
    ArrayNode calls = answer.putArray("tool_calls");
    message
        .toolCalls()
        .orElse(List.of())
        .forEach(call ->
            calls
                .addObject()
                .put("id", call.asFunction().id())
                .put("name", call.asFunction().function().name())
                .set("input", JSON.readTree(call.asFunction().function().arguments())));
  }

  private static void listModels(OpenAIClient client, ClientJob job, ObjectNode report) {
    ArrayNode models = report.putArray("models");
    client.models().list().autoPager().forEach(model -> models.add(model.id()));
    report.put("model", client.models().retrieve(job.model()).id());
  }

  private static void embed(OpenAIClient client, ClientJob job, ObjectNode report) {
    ObjectNode answer = report.withArray("answers").addObject();
    EmbeddingCreateParams request =
        EmbeddingCreateParams.builder().model(job.model()).input(QUESTION).build();
    try (HttpResponseFor<CreateEmbeddingResponse> response =
        client.withRawResponse().embeddings().create(request)) {
      putHeaders(answer, response.headers());
      CreateEmbeddingResponse whole = response.parse();
      report.put("vector", whole.data().getFirst().embedding().size());
      answer.set("usage", json(whole.usage()));
    }
  }

  private static ResponseCreateParams.Builder responseRequest(ClientJob job) {
    ResponseCreateParams.Builder request =
        ResponseCreateParams.builder().model(job.model()).maxOutputTokens(2000);
    if (job.thinks()) {
      request.reasoning(Reasoning.builder().effort(ReasoningEffort.LOW).build());
    }
    return request;
  }

  private static void respondWithTools(OpenAIClient client, ClientJob job, ArrayNode answers) {
    ResponseCreateParams.Builder request = responseRequest(job);
    for (String name : List.of("weather", "forecast")) {
      request.addTool(
          FunctionTool.builder()
              .name(name)
              .parameters(FunctionTool.Parameters.builder().build())
              .strict(false)
              .build());
    }
    List<ResponseInputItem> input = new ArrayList<>();
    input.add(
        ResponseInputItem.ofEasyInputMessage(
            EasyInputMessage.builder().role(EasyInputMessage.Role.USER).content(QUESTION).build()));
    Response called = respond(client, job, request.inputOfResponse(input).build(), answers);
    List<ResponseInputItem> results = new ArrayList<>();
    called
        .output()
        .forEach(item -> {
          item.reasoning().map(ResponseInputItem::ofReasoning).ifPresent(input::add);
          item.message().map(ResponseInputItem::ofResponseOutputMessage).ifPresent(input::add);
          item.functionCall()
              .ifPresent(call -> {
                input.add(ResponseInputItem.ofFunctionCall(call));
                results.add(
                    ResponseInputItem.ofFunctionCallOutput(
                        ResponseInputItem.FunctionCallOutput.builder()
                            .callId(call.callId())
                            .output("18 degrees")
                            .build()));
              });
        });
    input.addAll(results);
    respond(client, job, request.inputOfResponse(input).build(), answers);
  }

  private static Response respond(
      OpenAIClient client, ClientJob job, ResponseCreateParams request, ArrayNode answers) {
    ObjectNode answer = answers.addObject();
    Response whole;
    if (job.stream()) {
      ResponseAccumulator accumulator = ResponseAccumulator.create();
      try (HttpResponseFor<StreamResponse<ResponseStreamEvent>> response =
              client.withRawResponse().responses().createStreaming(request);
          StreamResponse<ResponseStreamEvent> events = response.parse()) {
        putHeaders(answer, response.headers());
        events.stream().forEach(accumulator::accumulate);
      }
      whole = accumulator.response();
    } else {
      try (HttpResponseFor<Response> response =
          client.withRawResponse().responses().create(request)) {
        putHeaders(answer, response.headers());
        whole = response.parse();
      }
    }
    putResponse(answer, whole);
    return whole;
  }

  private static void putResponse(ObjectNode answer, Response whole) {
    StringBuilder text = new StringBuilder();
    StringBuilder thinking = new StringBuilder();
    answer.putArray("signatures");
    ArrayNode calls = answer.putArray("tool_calls");
    whole
        .output()
        .forEach(item -> {
          item.reasoning()
              .ifPresent(
                  thought -> thought.summary().forEach(part -> thinking.append(part.text())));
          item.message()
              .ifPresent(message ->
                  message
                      .content()
                      .forEach(
                          part -> part.outputText().ifPresent(said -> text.append(said.text()))));
          item.functionCall()
              .ifPresent(call ->
                  calls
                      .addObject()
                      .put("id", call.callId())
                      .put("name", call.name())
                      .set("input", JSON.readTree(call.arguments())));
        });
    answer
        .put("text", text.toString())
        .put("thinking", thinking.toString())
        .set("usage", json(whole.usage().orElseThrow()));
  }

  /** What the SDK itself makes of one of its values. */
  private static JsonNode json(Object value) {
    try {
      return JSON.readTree(ObjectMappers.jsonMapper().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  private static ObjectNode failure(OpenAIException e) {
    ObjectNode error = JSON.createObjectNode();
    error.put("class", e.getClass().getSimpleName()).put("message", String.valueOf(e.getMessage()));
    if (e instanceof OpenAIServiceException refused) {
      error.put("status", refused.statusCode()).put("type", refused.type().orElse(null));
      refused.headers().values("x-request-id").forEach(value -> error.put("request_id", value));
    }
    return error;
  }
}
