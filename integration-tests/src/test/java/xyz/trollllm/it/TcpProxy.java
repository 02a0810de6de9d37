package xyz.trollllm.it;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.billing.HeldPort;

/**
 * What lies between the gateways and their store, and can fail: refuse connections, or take them
 * and everything that is sent and pass nothing on, until it works again. Safe for use by many
 * threads.
 */
final class TcpProxy implements AutoCloseable {
  private static final int BACKLOG = 200;

  private final HeldPort port = HeldPort.take();
  private final int targetPort;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final Object change = new Object();
  private boolean blackHole;
  private volatile @Nullable ServerSocket listener;

  TcpProxy(int targetPort) {
    this.targetPort = targetPort;
    listen();
  }

  int port() {
    return port.number();
  }

  private void listen() {
    try {
      ServerSocket socket = new ServerSocket();
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port.number()), BACKLOG);
      listener = socket;
      Threads.start(() -> accept(socket));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void accept(ServerSocket socket) {
    while (!socket.isClosed()) {
      try {
        Socket client = socket.accept();
        Threads.start(() -> serve(client));
      } catch (IOException e) {
        if (!socket.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private void serve(Socket client) {
    sockets.add(client);
    try (client) {
      awaitPassage();
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), targetPort)) {
        sockets.add(server);
        client.setTcpNoDelay(true);
        server.setTcpNoDelay(true);
        Thread replies = Threads.start(() -> pump(server, client));
        pump(client, server);
        replies.join();
        sockets.remove(server);
      }
    } catch (IOException _) {
      // The store is not there, so its clients find nobody either.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } finally {
      sockets.remove(client);
    }
  }

  private void pump(Socket from, Socket to) {
    byte[] buffer = new byte[16 * 1024];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        awaitPassage();
        out.write(buffer, 0, read);
      }
    } catch (IOException _) {
      // Either side has hung up; closing both tells the other.
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private void awaitPassage() throws InterruptedException {
    synchronized (change) {
      while (blackHole) {
        change.wait();
      }
    }
  }

  /** From now on nothing is passed on; what was sent meanwhile arrives when this ends. */
  void swallow(boolean everything) {
    synchronized (change) {
      blackHole = everything;
      change.notifyAll();
    }
  }

  /** Nobody listens any more, and all connections are cut. */
  void refuse() {
    ServerSocket open = listener;
    listener = null;
    try {
      if (open != null) {
        open.close();
      }
      for (Socket socket : sockets) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Listens again, where it did. */
  void accept() {
    listen();
  }

  @Override
  public void close() {
    swallow(false);
    refuse();
    port.close();
  }
}
