package xyz.trollllm.server;

import static com.mongodb.client.model.Projections.include;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.mongodb.client.MongoClient;
import com.mongodb.client.MongoClients;
import com.mongodb.client.MongoDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.bson.Document;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import xyz.trollllm.config.ConfigLoader;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.UpstreamKeys;
import xyz.trollllm.proxy.BlockingWatch;
import xyz.trollllm.server.embedded.EmbeddedStore;
import xyz.trollllm.server.logging.RecordLines;
import xyz.trollllm.server.standin.StandInUpstream;

/** A whole instance on a durable store serves, refuses and loses clients without blocking. */
final class InstanceBlockingTest {
  private static final Path SHIPPED =
      Path.of("..", "deploy", "goproxy", "config-openhands-prod.json");

  @TempDir Path folder;

  @Test
  void noIoThreadBlocks() throws Exception {
    try (EmbeddedStore store = EmbeddedStore.open(folder.resolve("store"), 0);
        MongoClient client = MongoClients.create(store.uri());
        StandInUpstream upstream = StandInUpstream.start();
        RecordLines lines =
            new RecordLines(
                OutputStream.nullOutputStream(),
                folder.resolve("spill"),
                RecordLines.MAX_SPILL_BYTES)) {
      MongoDatabase database = client.getDatabase("trollllm");
      database
          .getCollection("usersNew")
          .insertOne(
              new Document("_id", "alice").append("creditsNew", 1000.0).append("apiKey", "sk-a"));
      Map<String, String> environment =
          Map.of(
              "JOURNAL_DIRECTORY",
              folder.resolve("journal").toString(),
              "PORT",
              "0",
              "OPS_PORT",
              "0",
              "OPENHANDS_API_KEY",
              StandInUpstream.KEY,
              "ENDPOINT_OPENHANDS_ANTHROPIC_URL",
              upstream.url() + "/v1/messages",
              "ENDPOINT_OPENHANDS_OPENAI_URL",
              upstream.url() + "/v1/chat/completions");
      GatewayConfig config = ConfigLoader.load(SHIPPED, environment);
      try (Instance instance =
          Instance.start(
              config,
              UpstreamKeys.resolve(config, environment),
              database,
              new JsonRequestLog(lines::write))) {
        exercise(instance.clientPort());
        try (BlockingWatch watch = BlockingWatch.start()) {
          exercise(instance.clientPort());

          watch.assertNoneBlocked(name -> name.startsWith("XNIO-") && name.contains("I/O"));
        }
        await().until(() -> openHolds(database) == 0);
      }
    }
  }

  private static int openHolds(MongoDatabase database) {
    Document user = database.getCollection("usersNew").find().projection(include("gw.n")).first();
    return Objects.requireNonNull(user).getEmbedded(List.of("gw", "n"), -1);
  }

  private static void exercise(int port) throws Exception {
    String message =
        "{\"model\":\"claude-haiku-4-5\",\"max_tokens\":20,\"stream\":STREAM,"
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    try (HttpClient http = HttpClient.newHttpClient()) {
      List<CompletableFuture<Integer>> statuses =
          IntStream.range(0, 120)
              .mapToObj(i ->
                  post(
                      http,
                      port,
                      i % 3 == 0 ? "/v1/chat/completions" : "/v1/messages",
                      message.replace("STREAM", Boolean.toString(i % 2 == 0)),
                      i % 10 == 9 ? "sk-unknown" + i : "sk-a"))
              .toList();
      for (int i = 0; i < statuses.size(); i++) {
        assertThat(statuses.get(i).join()).isEqualTo(i % 10 == 9 ? 401 : 200);
      }
    }
    askWhatIsFree(port);
    for (int i = 0; i < 5; i++) {
      leave(port, message.replace("STREAM", "true"));
    }
  }

  private static void askWhatIsFree(int port) throws Exception {
    String prompt =
        "{\"model\":\"claude-haiku-4-5\","
            + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}";
    try (HttpClient http = HttpClient.newHttpClient()) {
      List<CompletableFuture<Integer>> statuses =
          Stream.of("/pricing", "/v1/models", "/v1/model/info", "/v1/me", "/v1/me/requests")
              .map(path -> get(http, port, path))
              .toList();
      assertThat(statuses).allMatch(status -> status.join() == 200);
      assertThat(get(http, port, "/v1/me/requests/none").join()).isEqualTo(404);
      assertThat(post(http, port, "/v1/messages/count_tokens", prompt, "sk-a").join())
          .isEqualTo(200);
    }
  }

  private static CompletableFuture<Integer> get(HttpClient http, int port, String path) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("x-api-key", "sk-a")
            .build();
    return http.sendAsync(request, BodyHandlers.discarding())
        .thenApply(answer -> answer.statusCode());
  }

  private static CompletableFuture<Integer> post(
      HttpClient http, int port, String path, String body, String key) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("x-api-key", key)
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build();
    return http.sendAsync(request, BodyHandlers.discarding())
        .thenApply(answer -> answer.statusCode());
  }

  private static void leave(int port, String body) throws IOException {
    try (RawClient client = new RawClient(port)) {
      client
          .send(
              RawClient.post(body, "x-stand-in", "hang-before-event=3").replace("sk-alice", "sk-a"))
          .readUntil("HTTP/1.1 200", 1);
    }
  }
}
