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
import java.util.Optional;
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
import xyz.trollllm.server.vectors.SocketCall;
import xyz.trollllm.server.vectors.SocketClient;

/** One user's way to one gateway. Blocks. Safe for use by many threads; never tells the key. */
public final class GatewayClient {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  /** For a thread to notice that its connection was closed. */
  private static final Duration HANGING_UP = Duration.ofSeconds(2);

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

  /** A document of the gateway's own. */
  JsonNode get(String path) throws SmokeException {
    Answered answer = whole(path);
    String body = new String(answer.answer().body(), UTF_8);
    int status = answer.answer().status();
    if (status == 401 || status == 403) {
      throw new SmokeException(
          SmokeException.Reason.KEY_REFUSED, "the key is refused: " + errorIn(body));
    }
    if (status != 200 || !answer.complete()) {
      throw unreachable(url + " answers %d at %s: %s".formatted(status, path, errorIn(body)));
    }
    try {
      return JSON.readTree(body);
    } catch (JacksonException _) {
      throw unreachable(url + " answers at " + path + " with something that is no JSON");
    }
  }

  private Answered whole(String path) throws SmokeException {
    return switch (send("GET", path, "")) {
      case Posted.Answer(Answered answered, Optional<String> problem) -> {
        if (problem.isPresent()) {
          throw unreachable(problem.get());
        }
        yield answered;
      }
      case Posted.NotSent(String why) -> throw unreachable(why);
      case Posted.Lost(String why) -> throw unreachable(why);
    };
  }

  private static SmokeException unreachable(String sentence) {
    return new SmokeException(SmokeException.Reason.UNREACHABLE, sentence);
  }

  /** Sends a request that costs money, once. */
  Posted post(String path, String body) {
    return send("POST", path, body);
  }

  private Posted send(String method, String path, String body) {
    List<HttpText.Field> fields = new ArrayList<>();
    fields.add(new HttpText.Field("host", socket.host()));
    fields.add(new HttpText.Field("x-api-key", key));
    fields.add(new HttpText.Field("user-agent", "gateway-smoke"));
    if (!body.isEmpty()) {
      fields.add(new HttpText.Field("content-type", "application/json"));
      fields.add(new HttpText.Field("anthropic-version", "2023-06-01"));
    }
    return send(new HttpText(method + " " + path + " HTTP/1.1", fields, body.getBytes(UTF_8)));
  }

  private Posted send(HttpText request) {
    SocketCall call = socket.call();
    // A stream that goes on and on is never silent, so no timeout of its socket ends it.
    FutureTask<Answered> sending = new FutureTask<>(() -> call.send(request));
    Thread.ofPlatform().daemon().name("smoke").start(sending);
    try {
      return new Posted.Answer(
          sending.get(patience.toMillis(), TimeUnit.MILLISECONDS), Optional.empty());
    } catch (TimeoutException _) {
      String late = url + " did not finish its answer within %d s".formatted(patience.toSeconds());
      return givenUp(call, sending, late);
    } catch (ExecutionException e) {
      return withoutAnswer(call, url + " " + sentence(Objects.requireNonNullElse(e.getCause(), e)));
    } catch (InterruptedException _) {
      call.close();
      Thread.currentThread().interrupt();
      return withoutAnswer(call, url + " was not waited for");
    }
  }

  /** Hangs up, so that the gateway need not go on, and takes what has come. */
  private static Posted givenUp(SocketCall call, FutureTask<Answered> sending, String why) {
    call.close();
    try {
      Answered begun = sending.get(HANGING_UP.toMillis(), TimeUnit.MILLISECONDS);
      return new Posted.Answer(begun, Optional.of(why).filter(_ -> !begun.complete()));
    } catch (TimeoutException | ExecutionException _) {
      return withoutAnswer(call, why); // not even its head has come
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      return withoutAnswer(call, why);
    }
  }

  private static Posted withoutAnswer(SocketCall call, String why) {
    return call.mayHaveBeenSent() ? new Posted.Lost(why) : new Posted.NotSent(why);
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
