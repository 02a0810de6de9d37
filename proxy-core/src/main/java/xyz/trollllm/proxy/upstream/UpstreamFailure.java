package xyz.trollllm.proxy.upstream;

import java.time.Duration;

/** Why a transfer did not end as it should. Reasons are for operators and hold no secrets. */
public sealed interface UpstreamFailure {
  /** All connections of this upstream's pool are in use. Nothing was sent. */
  record Saturated(int maxConnections) implements UpstreamFailure {}

  /** Name resolution, connecting or TLS failed. Nothing was sent. */
  record NotConnected(String reason) implements UpstreamFailure {}

  /** The answer did not begin in time. The upstream may have worked on the request. */
  record NoAnswer(Duration waited) implements UpstreamFailure {}

  /** The connection broke or fell silent, or the answer was not valid HTTP. */
  record Broken(String reason) implements UpstreamFailure {}
}
