package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;

/**
 * One request on a connection of its own. One thread sends it; any other may give it up meanwhile
 * by closing this, and nothing is sent afterwards.
 */
public final class SocketCall implements AutoCloseable {
  private final URI url;
  private final InetSocketAddress address;
  private final SSLSocketFactory tls;
  private final Duration patience;
  private final Socket connection = new Socket();
  private volatile boolean sending;

  SocketCall(URI url, InetSocketAddress address, SSLSocketFactory tls, Duration patience) {
    this.url = url;
    this.address = address;
    this.tls = tls;
    this.patience = patience;
  }

  /**
   * Connects, sends a request and reads the answer, to its end or to where it breaks off. Closes
   * the connection.
   *
   * @throws IOException if not even the answer's head came
   */
  public Answered send(HttpText request) throws IOException {
    long start = System.nanoTime();
    try (Socket socket = connected()) {
      boolean body = request.body().length > 0 || request.method().equals("POST");
      byte[] head =
          body
              ? request.head("content-length: " + request.body().length, "connection: close")
              : request.head("connection: close");
      OutputStream out = socket.getOutputStream();
      sending = true;
      out.write(head);
      out.write(request.body());
      out.flush();
      HttpReader.Message answer = new HttpReader(socket.getInputStream()).answer(request.method());
      return new Answered(
          answer.text(), answer.complete(), Duration.ofNanos(System.nanoTime() - start));
    }
  }

  /**
   * Whether the other side may have got anything of the request. Once this is closed a no is final.
   */
  public boolean mayHaveBeenSent() {
    return sending;
  }

  private Socket connected() throws IOException {
    try {
      // Names are looked up here, on the thread that may be given up.
      connection.connect(
          new InetSocketAddress(address.getHostString(), address.getPort()),
          (int) patience.toMillis());
      connection.setTcpNoDelay(true);
      connection.setSoTimeout((int) patience.toMillis());
      return SocketClient.isTls(url) ? encrypted() : connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private Socket encrypted() throws IOException {
    SSLSocket encrypted =
        (SSLSocket) tls.createSocket(connection, url.getHost(), connection.getPort(), true);
    SSLParameters parameters = encrypted.getSSLParameters();
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    encrypted.setSSLParameters(parameters);
    encrypted.startHandshake();
    return encrypted;
  }

  /** Gives the request up, whoever is connecting, sending or reading. */
  @Override
  public void close() {
    try {
      connection.close();
    } catch (IOException e) {
      // Closing a socket fails only where it could not be opened either.
      throw new UncheckedIOException(e);
    }
  }
}
