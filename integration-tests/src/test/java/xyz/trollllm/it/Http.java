package xyz.trollllm.it;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.StandInUpstream;

/** Requests sent without an SDK, whose answers are looked at as they are. */
final class Http {
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private Http() {}

  static HttpRequest.Builder request(RunningGateway gateway, Api api, String key, String body) {
    return request(gateway.url(), api, key, body);
  }

  private static HttpRequest.Builder request(URI server, Api api, String key, String body) {
    return HttpRequest.newBuilder(server.resolve(Ask.path(api)))
        .timeout(Duration.ofSeconds(60))
        .header("x-api-key", key)
        .header("content-type", "application/json")
        .POST(BodyPublishers.ofString(body));
  }

  static HttpResponse<String> post(RunningGateway gateway, Api api, String key, String body)
      throws IOException, InterruptedException {
    return send(request(gateway, api, key, body));
  }

  /** Posts to the Messages API. */
  static HttpResponse<String> post(RunningGateway gateway, String key, String body)
      throws IOException, InterruptedException {
    return post(gateway, Api.ANTHROPIC_MESSAGES, key, body);
  }

  /** What the upstream itself answers. */
  static HttpResponse<String> direct(StandInUpstream upstream, Api api, String body)
      throws IOException, InterruptedException {
    return send(request(upstream.url(), api, StandInUpstream.KEY, body));
  }

  static HttpResponse<String> send(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return CLIENT.send(request.build(), BodyHandlers.ofString());
  }

  static <T> CompletableFuture<HttpResponse<T>> sendAsync(
      HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
    return CLIENT.sendAsync(request.build(), body);
  }

  static HttpResponse<String> get(URI url) throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(url));
  }

  /** What the gateway tells the owner of a key. */
  static HttpResponse<String> get(RunningGateway gateway, String path, String key)
      throws IOException, InterruptedException {
    return send(HttpRequest.newBuilder(gateway.url().resolve(path)).header("x-api-key", key));
  }

  static String requestId(HttpResponse<?> answer) {
    return answer.headers().firstValue("request-id").orElseThrow();
  }

  static JsonNode json(HttpResponse<String> answer) {
    return json(answer.body());
  }

  static JsonNode json(String text) {
    return JSON.readTree(text);
  }
}
