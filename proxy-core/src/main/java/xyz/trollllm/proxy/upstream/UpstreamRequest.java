package xyz.trollllm.proxy.upstream;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Set;
import xyz.trollllm.proxy.Headers;

/**
 * A POST to an upstream.
 *
 * @param url complete, query included
 * @param headers without host, content-length and hop-by-hop fields, which the upstream sets
 * @param body slices to be sent one after the other; their positions are left alone, and their
 *     content must stay as it is until the transfer is over
 */
public record UpstreamRequest(URI url, Headers headers, List<ByteBuffer> body) {
  private static final Set<String> SET_BY_THE_UPSTREAM =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "host",
          "keep-alive",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  public UpstreamRequest {
    body = List.copyOf(body);
    headers.forEach(UpstreamRequest::requireSendable);
  }

  /** Messages leave the value out: it may be a key. */
  private static void requireSendable(String name, String value) {
    if (SET_BY_THE_UPSTREAM.contains(name)) {
      throw new IllegalArgumentException("header " + name + " is not the caller's to set");
    }
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if ((c < ' ' && c != '\t') || c == 0x7f || c > 0xff) {
        throw new IllegalArgumentException(
            "header " + name + " has a character that cannot be sent, at " + i);
      }
    }
  }

  public long contentLength() {
    long length = 0;
    for (ByteBuffer slice : body) {
      length += slice.remaining();
    }
    return length;
  }
}
