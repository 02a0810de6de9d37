package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * The client's side of a gateway on a socket: sends the bytes of a request as they are and takes
 * the bytes of the answer as they come. Safe for use by many threads.
 */
public final class SocketClient {
  private final URI url;
  private final InetSocketAddress address;
  private final SSLSocketFactory tls;
  private final Duration patience;

  /**
   * @param url where the gateway is, without a path
   * @param patience how long to wait for each read of an answer
   */
  public SocketClient(URI url, Duration patience) {
    this(url, addressOf(url), (SSLSocketFactory) SSLSocketFactory.getDefault(), patience);
  }

  /**
   * @param url where the gateway is as clients name it, without a path
   * @param address where to connect instead, unresolved; see {@link #addressOf}
   * @param tls knows whom to trust; certificates must be for the URL's host
   * @param patience how long to wait for each read of an answer
   */
  public SocketClient(URI url, InetSocketAddress address, SSLSocketFactory tls, Duration patience) {
    this.url = url;
    this.address = address;
    this.tls = tls;
    this.patience = patience;
  }

  /** Host and port of {@code url}, unresolved. */
  public static InetSocketAddress addressOf(URI url) {
    int port = url.getPort() >= 0 ? url.getPort() : isTls(url) ? 443 : 80;
    return InetSocketAddress.createUnresolved(url.getHost(), port);
  }

  private static boolean isTls(URI url) {
    return "https".equals(url.getScheme());
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
    Socket socket = new Socket();
    try {
      socket.connect(
          new InetSocketAddress(address.getHostString(), address.getPort()),
          (int) patience.toMillis());
      socket.setTcpNoDelay(true);
      socket.setSoTimeout((int) patience.toMillis());
      return isTls(url) ? encrypted(socket) : socket;
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  private Socket encrypted(Socket socket) throws IOException {
    SSLSocket encrypted =
        (SSLSocket) tls.createSocket(socket, url.getHost(), socket.getPort(), true);
    SSLParameters parameters = encrypted.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    encrypted.setSSLParameters(parameters);
    encrypted.startHandshake();
    return encrypted;
  }
}
