package xyz.trollllm.server.vectors;

/** A request that reached the upstream. */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Received(HttpText request) {

  /** The first segment of the path: which of the configured upstreams was meant. */
  String upstream() {
    String[] segments = request.target().split("/", -1);
    return segments.length > 1 ? segments[1] : "";
  }

  /** What follows the first segment, query included. */
  String path() {
    return request.target().substring(Math.min(request.target().length(), upstream().length() + 1));
  }
}
