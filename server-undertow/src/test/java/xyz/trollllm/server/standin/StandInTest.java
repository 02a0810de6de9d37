package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import tools.jackson.databind.JsonNode;

/** A stand-in for each test, and a client to talk to it. */
abstract class StandInTest {
  static final String MESSAGES = "/v1/messages";
  static final String CHAT = "/v1/chat/completions";

  final StandInUpstream standIn = StandInUpstream.start();
  final HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @AfterEach
  void stop() {
    client.shutdownNow();
    standIn.close();
  }

  HttpRequest.Builder request(String path, String json) {
    URI url = standIn.url().resolve(path);
    return HttpRequest.newBuilder(url)
        .header("authorization", "Bearer " + StandInUpstream.KEY)
        .POST(HttpRequest.BodyPublishers.ofString(json));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
    return send(request(path, json));
  }

  /** A question of 40 bytes, which are ten tokens, with more fields of the request behind it. */
  static String asking(String moreFields) {
    return """
    {"model": "m", "messages": [{"role": "user",
     "content": "What, do you think, is a stand-in? Well?"}] %s}\
    """
        .formatted(moreFields);
  }

  static JsonNode json(HttpResponse<String> response) {
    return Json.parse(response.body());
  }

  /** The JSON of each event's data, except the end mark. */
  static List<JsonNode> data(String stream) {
    return Arrays.stream(stream.split("\n", -1))
        .filter(line -> line.startsWith("data: {"))
        .map(line -> Json.parse(line.substring("data: ".length())))
        .toList();
  }

  static List<String> eventNames(String stream) {
    return Arrays.stream(stream.split("\n", -1))
        .filter(line -> line.startsWith("event: "))
        .map(line -> line.substring("event: ".length()))
        .toList();
  }

  static void waitUntil(BooleanSupplier condition) {
    Instant deadline = Instant.now().plus(Duration.ofSeconds(10));
    while (!condition.getAsBoolean()) {
      if (Instant.now().isAfter(deadline)) {
        throw new AssertionError("did not come about in time");
      }
      Thread.onSpinWait();
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(UTF_8);
  }
}
