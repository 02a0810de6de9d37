package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;
import xyz.trollllm.config.Api;

/** OpenAI's libraries use its other APIs, too, and are charged for what they report. */
class ClientOpenAiApisIT {
  private static final String GPT = "gpt-5";
  private static final String EMBEDDING = "text-embedding-3-small";
  private static final String MULTIPLIER = "1.05";

  @RegisterExtension static final Stage STAGE = new Stage();

  private static RunningGateway gateway;

  @BeforeAll
  static void startWithTheirModels() {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(STAGE.upstream()));
    for (Api api : new Api[] {Api.OPENAI_RESPONSES, Api.OPENAI_EMBEDDINGS}) {
      environment.put(
          "ENDPOINT_OPENHANDS_" + api.endpointSuffix().toUpperCase(Locale.ROOT) + "_URL",
          STAGE.upstream().url() + api.path());
    }
    gateway =
        STAGE.start(ConfigCopy.of(RunningGateway.CHAT, ClientOpenAiApisIT::addModels), environment);
  }

  /** One pays from the instance's usual field, the other from the other one. */
  private static void addModels(ObjectNode config) {
    for (Api api : new Api[] {Api.OPENAI_RESPONSES, Api.OPENAI_EMBEDDINGS}) {
      ((ArrayNode) config.path("endpoints"))
          .addObject()
          .put("name", "openhands-" + api.endpointSuffix())
          .put("base_url", "https://upstream.example" + api.path());
    }
    addModel(config, GPT, "ohmygpt", "1.25", "10", "1.25", "0.125");
    addModel(config, EMBEDDING, "openhands", "0.02", "0", "0", "0");
  }

  private static void addModel(
      ObjectNode config,
      String id,
      String billing,
      String input,
      String output,
      String write,
      String hit) {
    ((ArrayNode) config.path("models"))
        .addObject()
        .put("id", id)
        .put("upstream", "openhands")
        .put("billing_upstream", billing)
        .put("billing_multiplier", MULTIPLIER)
        .put("input_price_per_mtok", input)
        .put("output_price_per_mtok", output)
        .put("cache_write_price_per_mtok", write)
        .put("cache_write_1h_price_per_mtok", write)
        .put("cache_hit_price_per_mtok", hit)
        .put("max_input_tokens", 100_000)
        .put("max_output_tokens", 10_000);
  }

  @ParameterizedTest
  @EnumSource(
      mode = Mode.MATCH_ANY,
      names = {".*_OPENAI", "PYTHON_OPENAI_2"})
  @DisplayName("R2, B2: an embedding arrives, and is charged as its client reports it")
  void embedding(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport report = library.run(job(library, user, "embedding").model(EMBEDDING));

    assertThat(report.json().path("vector").asInt(0)).as(report.toString()).isEqualTo(3);
    new ClientBooks(gateway, STAGE.store(), EMBEDDING, MULTIPLIER, "creditsNew")
        .assertCharged(user, ReportedUsage.Style.OPENAI, report);
  }

  @ParameterizedTest
  @EnumSource(names = {"JAVA_OPENAI", "NODE_OPENAI", "PYTHON_OPENAI", "PYTHON_OPENAI_2"})
  @DisplayName("R2, B2: the Responses API calls tools, and is charged as its client reports it")
  void responses(ClientLibrary library) {
    assertResponses(library, false);
  }

  @ParameterizedTest
  @EnumSource(names = {"JAVA_OPENAI", "NODE_OPENAI", "PYTHON_OPENAI", "PYTHON_OPENAI_2"})
  @DisplayName("R2, B2: so do its streams")
  void responseStreams(ClientLibrary library) {
    assertResponses(library, true);
  }

  private static void assertResponses(ClientLibrary library, boolean stream) {
    Store.User user = STAGE.store().newUser(10, 10);
    ClientJob job = job(library, user, "responses_tools").thinking("enabled").streamed(stream);

    ClientReport report = library.run(job);

    assertThat(report.answers()).as(report.toString()).hasSize(2);
    assertThat(report.answers().getFirst().path("thinking").stringValue()).isNotEmpty();
    assertThat(report.answers().getFirst().path("tool_calls"))
        .extracting(call -> call.path("name").stringValue())
        .containsExactly("weather", "forecast");
    assertThat(report.answers().getLast().path("text").stringValue()).startsWith("This answer");
    new ClientBooks(gateway, STAGE.store(), GPT, MULTIPLIER, "credits")
        .assertCharged(user, ReportedUsage.Style.RESPONSES, report);
  }

  private static ClientJob job(ClientLibrary library, Store.User user, String scenario) {
    return ClientJob.answer(library.baseUrl(gateway.url()), user.key())
        .scenario(scenario)
        .model(GPT);
  }
}
