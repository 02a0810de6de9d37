package xyz.trollllm.server.vectors;

import java.time.Duration;
import java.util.Optional;

/**
 * What a client got.
 *
 * @param complete whether the answer came to its end, as HTTP tells it
 */
public record Answered(HttpText answer, boolean complete, Duration took) {

  /** The first value of a header field. */
  public Optional<String> header(String name) {
    return answer.field(name);
  }
}
