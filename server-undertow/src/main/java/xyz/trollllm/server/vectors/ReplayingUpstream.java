package xyz.trollllm.server.vectors;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * An upstream that answers with recorded bytes: exactly these, in these pieces. It speaks HTTP/1.1
 * without TLS. Safe for use by many threads, but there is one answer for all requests at a time.
 */
public final class ReplayingUpstream implements AutoCloseable {
  private static final byte[] END_OF_LINE = {'\r', '\n'};
  private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

  private final InetSocketAddress address;

  /** Bound and deaf: while nobody listens the port remains ours, and connections are refused. */
  private final Socket hold;

  private final Set<Socket> connections = ConcurrentHashMap.newKeySet();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private volatile ServerSocket listener;
  private volatile Replay replay = new Replay.Hangs();

  private ReplayingUpstream(Socket hold, ServerSocket listener) {
    this.hold = hold;
    this.listener = listener;
    this.address = (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /**
   * Starts one.
   *
   * @param address port 0 takes any free port
   * @throws UncheckedIOException if the address cannot be listened on
   */
  public static ReplayingUpstream listen(InetSocketAddress address) {
    try {
      Socket hold = new Socket();
      hold.setReuseAddress(true);
      hold.bind(address);
      ReplayingUpstream upstream = new ReplayingUpstream(hold, openBeside(hold));
      upstream.accept();
      return upstream;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the system lets nobody share a port with its holder, the holder gives way. */
  private static ServerSocket openBeside(Socket hold) throws IOException {
    InetSocketAddress address = (InetSocketAddress) hold.getLocalSocketAddress();
    try {
      return open(address);
    } catch (BindException e) {
      hold.close();
      return open(address);
    }
  }

  private static ServerSocket open(InetSocketAddress address) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(address);
    return socket;
  }

  private void accept() {
    ServerSocket current = listener;
    Thread.ofVirtual()
        .start(() -> {
          while (!current.isClosed()) {
            try {
              Socket connection = current.accept();
              Thread.ofVirtual().start(() -> serve(connection));
            } catch (IOException closed) {
              return;
            }
          }
        });
  }

  /** Where it listens, without a path. */
  public URI url() {
    return URI.create("http://" + address.getHostString() + ":" + address.getPort());
  }

  /** What it does with requests from now on; forgets the requests received before. */
  public void follow(Replay next) {
    replay = next;
    received.clear();
  }

  /** The requests received since {@link #follow}, oldest first. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** Closes every connection and refuses new ones until {@link #listenAgain}. */
  public void refuse() {
    try {
      listener.close();
      closeConnections();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends {@link #refuse}. */
  public void listenAgain() {
    try {
      listener = open(address);
      accept();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void serve(Socket connection) {
    connections.add(connection);
    try (connection) {
      connection.setTcpNoDelay(true);
      HttpReader reader = new HttpReader(connection.getInputStream());
      OutputStream out = connection.getOutputStream();
      boolean open = true;
      while (open) {
        Optional<HttpText> request = reader.request();
        if (request.isEmpty()) {
          return;
        }
        received.add(new Received(request.get()));
        open =
            switch (replay) {
              case Replay.Hangs() -> true;
              case Replay.Answers answers -> send(answers, out);
            };
      }
    } catch (IOException gone) {
      // The gateway closed the connection, which it may.
    } finally {
      connections.remove(connection);
    }
  }

  /** Returns whether the connection goes on. */
  private boolean send(Replay.Answers answers, OutputStream out) throws IOException {
    HttpText answer = answers.answer().with(Map.of("upstream", url().toString()));
    boolean chunked = answer.isEventStream();
    long length = answers.pieces().stream().mapToLong(piece -> piece.length).sum();
    out.write(answer.head(chunked ? "transfer-encoding: chunked" : "content-length: " + length));
    out.flush();
    for (byte[] piece : answers.pieces()) {
      if (chunked && piece.length > 0) {
        OutputStream chunk = new BufferedOutputStream(out, piece.length + 16);
        chunk.write((Integer.toHexString(piece.length) + "\r\n").getBytes(US_ASCII));
        chunk.write(piece);
        chunk.write(END_OF_LINE);
        chunk.flush();
      } else {
        out.write(piece);
      }
    }
    if (answers.cut()) {
      return false;
    }
    if (chunked) {
      out.write(LAST_CHUNK);
    }
    out.flush();
    return true;
  }

  private void closeConnections() {
    for (Socket connection : connections) {
      try {
        connection.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Stops listening and closes every connection. */
  @Override
  public void close() {
    refuse();
    try {
      hold.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
