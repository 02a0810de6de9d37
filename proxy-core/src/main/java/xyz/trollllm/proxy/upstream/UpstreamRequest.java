package xyz.trollllm.proxy.upstream;

import java.net.URI;
import java.nio.ByteBuffer;
import java.util.List;
import xyz.trollllm.proxy.Headers;

/**
 * A POST to an upstream.
 *
 * @param url complete, query included
 * @param headers without host, content-length and hop-by-hop fields, which the upstream sets
 * @param body slices to be sent one after the other; their positions are left alone
 */
public record UpstreamRequest(URI url, Headers headers, List<ByteBuffer> body) {
  public UpstreamRequest {
    body = List.copyOf(body);
  }

  public long contentLength() {
    long length = 0;
    for (ByteBuffer slice : body) {
      length += slice.remaining();
    }
    return length;
  }
}
