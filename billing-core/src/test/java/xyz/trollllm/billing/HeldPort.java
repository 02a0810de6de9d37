package xyz.trollllm.billing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * A port of the loopback interface for a program that has to be told its port. It is bound and
 * deaf: the system gives it to nobody else, connections to it are refused, and a program that is
 * told of it can listen there, stop, and listen again. Safe for use by many threads.
 */
public final class HeldPort implements AutoCloseable {
  private final Socket hold;
  private final int port;

  private HeldPort(Socket hold) {
    this.hold = hold;
    this.port = hold.getLocalPort();
  }

  /** Takes any free port. Where the system lets nobody share it, it is not held any longer. */
  public static HeldPort take() {
    try {
      Socket hold = new Socket();
      hold.setReuseAddress(true);
      hold.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      HeldPort held = new HeldPort(hold);
      if (!held.isShared()) {
        hold.close();
      }
      return held;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private boolean isShared() {
    try (ServerSocket listener = new ServerSocket()) {
      listener.setReuseAddress(true);
      listener.bind(hold.getLocalSocketAddress());
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  public int number() {
    return port;
  }

  @Override
  public void close() {
    try {
      hold.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
