package xyz.trollllm.it;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.concurrent.Executors;
import xyz.trollllm.proxy.BlockingResponse;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.MeteredProxy;
import xyz.trollllm.proxy.ProxyRequest;

/** Embeds a proxy in the JDK's own HTTP server. */
final class EmbeddedExample {
  private EmbeddedExample() {}

  // embedding starts here
  static HttpServer serve(MeteredProxy proxy, InetSocketAddress address) throws IOException {
    HttpServer server = HttpServer.create(address, 0);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.createContext("/", http -> answer(proxy, http));
    server.start();
    return server;
  }

  private static void answer(MeteredProxy proxy, HttpExchange http) throws IOException {
    Headers.Builder headers = new Headers.Builder();
    http.getRequestHeaders().forEach((name, all) -> all.forEach(one -> headers.add(name, one)));
    var url = http.getRequestURI();
    ByteBuffer body = ByteBuffer.wrap(http.getRequestBody().readAllBytes());
    proxy.serve(
        new ProxyRequest(
            http.getRequestMethod(), url.getPath(), url.getRawQuery(), headers.build(), body),
        new BlockingResponse() {
          @Override
          public OutputStream begin(int status, Headers head, long length) throws IOException {
            head.forEach(http.getResponseHeaders()::add);
            http.sendResponseHeaders(status, length < 0 ? 0 : length);
            return http.getResponseBody();
          }

          @Override
          public void abort() {
            http.close();
          }
        });
  }
  // embedding ends here
}
