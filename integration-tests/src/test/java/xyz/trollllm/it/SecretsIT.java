package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Script;

/** Keys, prompts and answers pass through and leave no trace. */
final class SecretsIT {
  private static final String PROMPT = "canary-of-the-prompt";
  private static final String ANSWER = "canary-of-the-answer";
  private static final String OPERATORS_KEY = "sk-canary-of-the-operator";
  private static final String STRANGERS_KEY = "sk-canary-of-a-stranger";
  private static final int REQUESTS = 16;

  /** Those that the shipped configurations have endpoints for. */
  private static final List<Api> APIS = List.of(Api.ANTHROPIC_MESSAGES, Api.OPENAI_CHAT);

  /** What upstreams have been seen to say when something is wrong. */
  private static final List<Behaviour> TROUBLES =
      List.of(
          Behaviour.sends(
              401, "application/json", "{\"error\":{\"message\":\"no " + OPERATORS_KEY + "\"}}"),
          Behaviour.sends(503, "text/html", "<p>" + OPERATORS_KEY + ANSWER + "</p>"),
          new Behaviour.SendsRaw((ANSWER + OPERATORS_KEY + "\r\n\r\n").getBytes(UTF_8)));

  @RegisterExtension static final Stage STAGE = new Stage();

  @TempDir static Path journal;

  private static RunningGateway talkative;

  /** Logs more than usual, with an operator's key that can be looked for. */
  @BeforeAll
  static void startATalkativeOne() {
    Map<String, String> environment = new HashMap<>(RunningGateway.environment(STAGE.upstream()));
    environment.put("OPENHANDS_API_KEY", OPERATORS_KEY);
    environment.put("LOG_LEVEL", "DEBUG");
    environment.put("JOURNAL_DIRECTORY", journal.toString());
    talkative = STAGE.start(RunningGateway.CHAT, environment);
  }

  @Test
  @DisplayName("D7, B4: no key, prompt or answer is found in logs, errors or records")
  void nothingIsFoundAfterwards() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    List<String> errors = new ArrayList<>();

    for (Api api : APIS) {
      String good = Ask.answer(Ask.HAIKU).replace("Hello", PROMPT);
      upstreamDoes(answers(api));
      HttpResponse<String> answer = post(api, user.key(), good);
      assertThat(answer.body()).contains(ANSWER);
      errors.add(answer.headers().map().toString());
      errors.add(refusal(api, STRANGERS_KEY, good));
      errors.add(refusal(api, user.key(), good.substring(1)));
      errors.add(refusal(api, user.key(), good.replace("400", "\"" + PROMPT + "\"")));
      errors.add(
          refusal(
              api,
              user.key(),
              good.replace("{\"model\"", "{\"stream\":\"" + PROMPT + "\",\"model\"")));
      for (Behaviour trouble : TROUBLES) {
        upstreamDoes(trouble);
        errors.add(refusal(api, user.key(), good));
      }
    }

    eventually(() -> talkative.requestLog().size() == REQUESTS, () -> "some line is missing");
    eventually(() -> STAGE.store().records(user).size() == 8, () -> "some record is missing");
    List<String> written =
        Stream.of(
                talkative.output().stream(),
                talkative.diagnostics().stream(),
                errors.stream(),
                journalled().stream(),
                STAGE.store().records(user).stream().map(Object::toString))
            .flatMap(lines -> lines)
            .toList();
    for (String secret : List.of(PROMPT, ANSWER, OPERATORS_KEY, STRANGERS_KEY, user.key())) {
      assertThat(written).as("lines with %s", secret).noneMatch(line -> line.contains(secret));
    }
  }

  private static List<String> journalled() throws IOException {
    List<String> contents = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(journal, "*.journal")) {
      for (Path file : files) {
        contents.add(Files.readString(file, ISO_8859_1));
      }
    }
    assertThat(contents).anyMatch(content -> content.contains(Ask.HAIKU));
    return contents;
  }

  private static String refusal(Api api, String key, String body) throws Exception {
    HttpResponse<String> answer = post(api, key, body);
    assertThat(answer.statusCode()).as(answer.body()).isGreaterThanOrEqualTo(400);
    return answer.headers().map() + answer.body();
  }

  private static HttpResponse<String> post(Api api, String key, String body) throws Exception {
    return Http.post(talkative, api, key, body);
  }

  private static void upstreamDoes(Behaviour behaviour) {
    STAGE.upstream().follow(Script.always(behaviour));
  }

  /** A short answer, from an upstream that gives itself away in its headers. */
  private static Behaviour answers(Api api) {
    String body =
        api == Api.ANTHROPIC_MESSAGES
            ? """
            {"type":"message","content":[{"type":"text","text":"%s"}],
             "usage":{"input_tokens":5,"output_tokens":5}}\
            """
            : """
            {"choices":[{"message":{"role":"assistant","content":"%s"}}],
             "usage":{"prompt_tokens":5,"completion_tokens":5}}\
            """;
    return new Behaviour.Sends(
        200,
        Map.of("content-type", "application/json", "x-litellm-key-hash", OPERATORS_KEY),
        body.formatted(ANSWER).getBytes(UTF_8),
        Delivery.IMMEDIATE);
  }
}
