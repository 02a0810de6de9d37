package xyz.trollllm.proxy.upstream;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ServerSocketFactory;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * An upstream that answers byte for byte what a test's script says, valid HTTP or not. Each
 * connection runs the script on a thread of its own and is closed when the script ends.
 */
public final class ScriptedServer implements AutoCloseable {
  private final ServerSocket listener;
  private final String scheme;
  private final Script script;
  private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
  private final AtomicInteger connections = new AtomicInteger();
  private final List<ReceivedRequest> received = new CopyOnWriteArrayList<>();

  private ScriptedServer(ServerSocket listener, String scheme, Script script) {
    this.listener = listener;
    this.scheme = scheme;
    this.script = script;
    Thread.ofVirtual().start(this::accept);
  }

  public static ScriptedServer plain(Script script) throws IOException {
    return new ScriptedServer(listen(ServerSocketFactory.getDefault()), "http", script);
  }

  public static ScriptedServer secure(SSLContext identity, Script script) throws IOException {
    return new ScriptedServer(listen(identity.getServerSocketFactory()), "https", script);
  }

  private static ServerSocket listen(ServerSocketFactory factory) throws IOException {
    return factory.createServerSocket(0, 200, InetAddress.ofLiteral("127.0.0.1"));
  }

  /** What the server does with one connection. */
  @FunctionalInterface
  public interface Script {
    void serve(Peer peer) throws Exception;
  }

  public URI url() {
    return url("127.0.0.1");
  }

  public URI url(String host) {
    return URI.create(scheme + "://" + host + ":" + listener.getLocalPort() + "/v1/messages");
  }

  /** How many connections were made so far. */
  public int connections() {
    return connections.get();
  }

  /** The requests that were read so far, in their order. */
  public List<ReceivedRequest> requests() {
    return received;
  }

  private void accept() {
    try {
      while (true) {
        Socket socket = listener.accept();
        sockets.add(socket);
        int number = connections.incrementAndGet();
        Thread.ofVirtual().start(() -> run(socket, number));
      }
    } catch (IOException _) {
      // Closed: the test is over.
    }
  }

  private void run(Socket socket, int number) {
    try (socket) {
      script.serve(new Peer(socket, number));
    } catch (Exception _) {
      // The client's going away ends a script; what matters is what the client saw.
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  /** One connection as the server sees it. */
  public final class Peer {
    private final Socket socket;
    private final InputStream in;
    private final int number;

    private Peer(Socket socket, int number) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.number = number;
    }

    /** 1 for the server's first connection. */
    public int number() {
      return number;
    }

    /** The next request, or null if the client closed the connection instead. */
    public @Nullable ReceivedRequest readRequest() throws IOException {
      List<String> head = readHead();
      if (head == null) {
        return null;
      }
      String body = new String(in.readNBytes(contentLength(head)), ISO_8859_1);
      ReceivedRequest request =
          new ReceivedRequest(head.getFirst(), List.copyOf(head.subList(1, head.size())), body);
      received.add(request);
      return request;
    }

    private static int contentLength(List<String> head) {
      String field = "content-length: ";
      return head.stream()
          .filter(line -> line.regionMatches(true, 0, field, 0, field.length()))
          .mapToInt(line -> Integer.parseInt(line.substring(field.length())))
          .sum();
    }

    /** The lines before a request's body. */
    public @Nullable List<String> readHead() throws IOException {
      List<String> lines = new ArrayList<>();
      while (true) {
        StringBuilder line = new StringBuilder();
        int c = in.read();
        for (; c != '\n' && c >= 0; c = in.read()) {
          line.append((char) c);
        }
        if (c < 0) {
          return null;
        }
        if (line.toString().isBlank()) {
          return lines;
        }
        lines.add(line.toString().strip());
      }
    }

    public void send(String bytes) throws IOException {
      send(bytes.getBytes(ISO_8859_1));
    }

    public void send(byte[] bytes) throws IOException {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    }

    /** Sends one chunk of a chunked body. */
    public void sendChunk(String data) throws IOException {
      send(Integer.toHexString(data.length()) + "\r\n" + data + "\r\n");
    }

    /** Ends this side of the connection in good order. */
    public void shutdown() throws IOException {
      socket.shutdownOutput();
    }

    /** Cuts the connection with a reset instead of an orderly end. */
    public void reset() throws IOException {
      socket.setSoLinger(true, 0);
      socket.close();
    }

    /** Waits until the client has closed or reset the connection. */
    public void awaitClosed() throws IOException {
      try {
        while (in.read() >= 0) {
          // Whatever the client still sends.
        }
      } catch (SocketException _) {
        // Reset.
      }
    }
  }

  /** A request as it arrived. */
  public record ReceivedRequest(String requestLine, List<String> headerLines, String body) {}
}
