package xyz.trollllm.server.vectors;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
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

  static boolean isTls(URI url) {
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
    try (SocketCall call = call()) {
      return call.send(request);
    }
  }

  /** A connection for one request, not yet open. */
  public SocketCall call() {
    return new SocketCall(url, address, tls, patience);
  }
}
