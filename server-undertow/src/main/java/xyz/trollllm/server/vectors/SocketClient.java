package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLSocketFactory;

/**
 * The client's side of a gateway on a socket: sends the bytes of a request as they are and takes
 * the bytes of the answer as they come. Safe for use by many threads.
 */
public final class SocketClient {
  private final URI url;
  private final Duration patience;

  /**
   * @param url where the gateway is, without a path
   * @param patience how long to wait for each read of an answer
   */
  public SocketClient(URI url, Duration patience) {
    this.url = url;
    this.patience = patience;
  }

  /** Host and port as the host field of a request names them. */
  public String host() {
    return url.getAuthority();
  }

  /**
   * Sends a request on a connection of its own and reads all of the answer.
   *
   * @throws IOException if no answer came
   */
  public Answered send(HttpText request) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      boolean body = request.body().length > 0 || request.method().equals("POST");
      byte[] head =
          body
              ? request.head("content-length: " + request.body().length, "connection: close")
              : request.head("connection: close");
      out.write(head);
      out.write(request.body());
      out.flush();
      HttpReader.Message answer = new HttpReader(socket.getInputStream()).answer(request.method());
      return new Answered(
          answer.text(), answer.complete(), Duration.ofNanos(System.nanoTime() - start));
    }
  }

  private Socket connect() throws IOException {
    boolean tls = "https".equals(url.getScheme());
    int port = url.getPort() >= 0 ? url.getPort() : tls ? 443 : 80;
    Socket socket = tls ? SSLSocketFactory.getDefault().createSocket() : new Socket();
    try {
      socket.connect(new InetSocketAddress(url.getHost(), port), (int) patience.toMillis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) patience.toMillis());
      return socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }
}
