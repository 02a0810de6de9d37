package xyz.trollllm.billing.mongo;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Stands between a MongoDB driver and its server, counts the statements, and cuts the connection at
 * one of them: before it is passed on, or before its reply is.
 */
final class CuttingProxy implements AutoCloseable {
  private static final Set<String> STATEMENTS = Set.of("update", "insert", "find", "aggregate");
  private static final int HEADER = 16;
  private static final int OP_MSG = 2013;

  private final ServerSocket listener;
  private final int serverPort;
  private final AtomicInteger statements = new AtomicInteger();
  private volatile int cutAt = -1;
  private volatile boolean afterwards;

  CuttingProxy(int serverPort) throws IOException {
    this.serverPort = serverPort;
    this.listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  int port() {
    return listener.getLocalPort();
  }

  /**
   * Counts from zero again.
   *
   * @param statement which one is not answered; a negative number stands for none
   * @param isPassedOn whether it reaches the server all the same
   */
  void cutAt(int statement, boolean isPassedOn) {
    statements.set(0);
    afterwards = isPassedOn;
    cutAt = statement;
  }

  int statements() {
    return statements.get();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        Thread.ofVirtual().start(() -> serve(client));
      } catch (IOException e) {
        if (!listener.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket client) {
    try (client;
        Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort)) {
      client.setTcpNoDelay(true);
      server.setTcpNoDelay(true);
      DataInputStream requests = new DataInputStream(client.getInputStream());
      DataInputStream replies = new DataInputStream(server.getInputStream());
      while (true) {
        byte[] request = message(requests);
        boolean isCut = isStatement(request) && statements.getAndIncrement() == cutAt;
        if (isCut && !afterwards) {
          return;
        }
        write(server.getOutputStream(), request);
        byte[] reply = message(replies);
        if (isCut) {
          return;
        }
        write(client.getOutputStream(), reply);
      }
    } catch (IOException _) {
      // One side has closed its connection, so the other one is closed too.
    }
  }

  private static void write(OutputStream out, byte[] message) throws IOException {
    out.write(message);
    out.flush();
  }

  private static byte[] message(DataInputStream in) throws IOException {
    int length = Integer.reverseBytes(in.readInt());
    byte[] message = new byte[length];
    ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).putInt(length);
    in.readFully(message, Integer.BYTES, length - Integer.BYTES);
    return message;
  }

  /** Whether the first name in the message's document is that of a statement. */
  private static boolean isStatement(byte[] message) {
    int opCode = ByteBuffer.wrap(message).order(ByteOrder.LITTLE_ENDIAN).getInt(12);
    if (opCode != OP_MSG) {
      return false;
    }
    int name = HEADER + Integer.BYTES + 1 + Integer.BYTES + 1;
    int end = name;
    while (message[end] != 0) {
      end++;
    }
    return STATEMENTS.contains(new String(message, name, end - name, StandardCharsets.US_ASCII));
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
