package xyz.trollllm.server.http1;

import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import xyz.trollllm.proxy.upstream.UpstreamRequest;

/** The bytes a POST begins with. */
public final class RequestHead {
  private RequestHead() {}

  public static ByteBuffer post(UpstreamRequest request) {
    URI url = request.url();
    StringBuilder head = new StringBuilder(512);
    head.append("POST ").append(target(url)).append(" HTTP/1.1\r\n");
    field(head, "host", host(url));
    request.headers().forEach((name, value) -> field(head, name, value));
    field(head, "content-length", Long.toString(request.contentLength()));
    head.append("\r\n");
    return ByteBuffer.wrap(head.toString().getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String target(URI url) {
    String path = url.getRawPath().isEmpty() ? "/" : url.getRawPath();
    return url.getRawQuery() == null ? path : path + "?" + url.getRawQuery();
  }

  private static String host(URI url) {
    int usual = url.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    boolean named = url.getPort() != -1 && url.getPort() != usual;
    return named ? url.getHost() + ":" + url.getPort() : url.getHost();
  }

  private static void field(StringBuilder head, String name, String value) {
    head.append(name).append(": ").append(value).append("\r\n");
  }
}
