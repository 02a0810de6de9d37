package xyz.trollllm.server.smoke;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import xyz.trollllm.server.vectors.Answered;
import xyz.trollllm.server.vectors.HttpText;
import xyz.trollllm.server.vectors.SocketClient;

/** One user's way to one gateway. Blocks. Safe for use by many threads; never tells the key. */
public final class GatewayClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final URI url;
  private final SocketClient socket;
  private final String key;
  private final Duration patience;

  /**
   * @param url where the gateway is, without a path; for messages
   * @param socket leads there
   * @param key the user's
   * @param patience for each answer, from dialling to its last byte
   */
  public GatewayClient(URI url, SocketClient socket, String key, Duration patience) {
    this.url = url;
    this.socket = socket;
    this.key = key;
    this.patience = patience;
  }

  URI url() {
    return url;
  }

  Duration patience() {
    return patience;
  }

  /** A document of the gateway's own. */
  JsonNode get(String path) throws SmokeException {
    Answered answer = send("GET", path, "");
    String body = new String(answer.answer().body(), UTF_8);
    int status = answer.answer().status();
    if (status == 401 || status == 403) {
      throw new SmokeException(
          SmokeException.Reason.KEY_REFUSED, "the key is refused: " + errorIn(body));
    }
    if (status != 200 || !answer.complete()) {
      throw unreachable("answers %d at %s: %s".formatted(status, path, errorIn(body)));
    }
    try {
      return JSON.readTree(body);
    } catch (JacksonException _) {
      throw unreachable("answers at " + path + " with something that is no JSON");
    }
  }

  /** Sends a request that costs money, once. */
  Answered post(String path, String body) throws SmokeException {
    return send("POST", path, body);
  }

  private Answered send(String method, String path, String body) throws SmokeException {
    List<HttpText.Field> fields = new ArrayList<>();
    fields.add(new HttpText.Field("host", socket.host()));
    fields.add(new HttpText.Field("x-api-key", key));
    fields.add(new HttpText.Field("user-agent", "gateway-smoke"));
    if (!body.isEmpty()) {
      fields.add(new HttpText.Field("content-type", "application/json"));
      fields.add(new HttpText.Field("anthropic-version", "2023-06-01"));
    }
    HttpText request =
        new HttpText(method + " " + path + " HTTP/1.1", fields, body.getBytes(UTF_8));
    // A stream that goes on and on is never silent, so no timeout of its socket ends it.
    FutureTask<Answered> sending = new FutureTask<>(() -> socket.send(request));
    Thread.ofPlatform().daemon().name("smoke").start(sending);
    try {
      return sending.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException _) {
      throw unreachable("did not finish its answer within %d s".formatted(patience.toSeconds()));
    } catch (ExecutionException e) {
      throw unreachable(sentence(Objects.requireNonNullElse(e.getCause(), e)));
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw unreachable("was not waited for");
    }
  }

  private SmokeException unreachable(String what) {
    return new SmokeException(SmokeException.Reason.UNREACHABLE, url + " " + what);
  }

  private String sentence(Throwable failure) {
    return switch (failure) {
      case UnknownHostException e ->
          "cannot be reached: the name " + e.getMessage() + " is unknown";
      case ConnectException e -> "cannot be reached: " + e.getMessage();
      case NoRouteToHostException e -> "cannot be reached: " + e.getMessage();
      case SocketTimeoutException _ -> "did not answer within %d s".formatted(patience.toSeconds());
      case SSLException e ->
          "fails in the TLS handshake (an untrusted certificate, or one for another name): "
              + e.getMessage();
      case IOException e -> "broke off: " + e.getMessage();
      default -> "cannot be asked: " + failure;
    };
  }

  /** What an error of the gateway says, or of whoever answered in its place. */
  static String errorIn(String body) {
    try {
      JsonNode error = JSON.readTree(body).path("error");
      String message = error.path("message").asString("");
      if (!message.isEmpty()) {
        String code = error.path("code").asString("");
        return code.isEmpty() ? message : message + " (" + code + ")";
      }
    } catch (JacksonException _) {
      // Somebody else's error.
    }
    String line = body.strip().replaceAll("\\s+", " ");
    return line.isEmpty() ? "an empty body" : line.substring(0, Math.min(80, line.length()));
  }
}
