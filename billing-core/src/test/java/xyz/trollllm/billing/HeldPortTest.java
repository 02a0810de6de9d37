package xyz.trollllm.billing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;

class HeldPortTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  @Test
  void refusesConnectionsUntilSomebodyListens() throws IOException {
    try (HeldPort port = HeldPort.take()) {
      assertThatThrownBy(() -> new Socket(LOOPBACK, port.number()))
          .isInstanceOf(ConnectException.class);

      for (int i = 0; i < 2; i++) {
        try (ServerSocket listener = new ServerSocket(port.number(), 1, LOOPBACK);
            Socket client = new Socket(LOOPBACK, port.number())) {
          assertThat(listener.accept().getPort()).isEqualTo(client.getLocalPort());
        }
      }
    }
  }
}
