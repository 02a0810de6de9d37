package xyz.trollllm.it;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A name server whose records a test changes as it goes. It knows nothing of other names, and says
 * that they do not exist. Safe for use by many threads.
 */
final class NameServer implements AutoCloseable {
  private static final int ANSWER = 0x8000;
  private static final int AUTHORITATIVE = 0x0400;
  private static final int NO_SUCH_NAME = 3;
  private static final int INTERNET = 1;
  private static final int POINTER_TO_QUESTION = 0xC00C;
  private static final int HEADER_BYTES = 12;

  private final DatagramSocket socket;
  private final int port;
  private final Map<String, List<DnsRecord>> entries = new ConcurrentHashMap<>();
  private volatile boolean authoritative = true;

  /** Types of records, by the numbers that DNS has for them. */
  enum RecordType {
    A(1),
    CNAME(5),
    AAAA(28);

    private final int number;

    RecordType(int number) {
      this.number = number;
    }
  }

  /** A record of a name. */
  record DnsRecord(RecordType type, int ttl, String data) {}

  private NameServer(DatagramSocket socket) {
    this.socket = socket;
    this.port = socket.getLocalPort();
  }

  static NameServer start() {
    try {
      NameServer server = new NameServer(new DatagramSocket(0, InetAddress.getLoopbackAddress()));
      Threads.start(server::serve);
      return server;
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return port;
  }

  /** Gives a name one A record, and no others. */
  NameServer with(String name, String address) {
    return with(name, new DnsRecord(RecordType.A, 300, address));
  }

  /** Gives a name these records, and no others; without any it exists and has none. */
  NameServer with(String name, DnsRecord... records) {
    entries.put(name, List.of(records));
    return this;
  }

  NameServer without(String name) {
    entries.remove(name);
    return this;
  }

  /** Answers from now on as a resolver does, which knows the zone from others. */
  NameServer asResolver() {
    authoritative = false;
    return this;
  }

  private void serve() {
    byte[] buffer = new byte[512];
    while (!socket.isClosed()) {
      DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
      try {
        socket.receive(packet);
        byte[] answer = answer(ByteBuffer.wrap(buffer, 0, packet.getLength()));
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (SocketException _) {
        return; // closed
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private byte[] answer(ByteBuffer query) throws IOException {
    int id = query.getShort(0) & 0xFFFF;
    int recursionDesired = query.getShort(2) & 0x0100;
    query.position(HEADER_BYTES);
    String name = name(query);
    int type = query.getShort();
    query.getShort();
    byte[] question = new byte[query.position() - HEADER_BYTES];
    query.get(HEADER_BYTES, question);

    List<DnsRecord> known = entries.get(name);
    List<DnsRecord> found = new ArrayList<>();
    for (DnsRecord entry : known == null ? List.<DnsRecord>of() : known) {
      if (entry.type().number == type || entry.type() == RecordType.CNAME) {
        found.add(entry);
      }
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeShort(id);
    out.writeShort(
        ANSWER
            | (authoritative ? AUTHORITATIVE : 0)
            | recursionDesired
            | (known == null ? NO_SUCH_NAME : 0));
    out.writeShort(1);
    out.writeShort(found.size());
    out.writeInt(0);
    out.write(question);
    for (DnsRecord entry : found) {
      write(entry, out);
    }
    return bytes.toByteArray();
  }

  private static void write(DnsRecord entry, DataOutputStream out) throws IOException {
    out.writeShort(POINTER_TO_QUESTION);
    out.writeShort(entry.type().number);
    out.writeShort(INTERNET);
    out.writeInt(entry.ttl());
    byte[] data =
        entry.type() == RecordType.CNAME
            ? labels(entry.data())
            : InetAddress.ofLiteral(entry.data()).getAddress();
    out.writeShort(data.length);
    out.write(data);
  }

  private static String name(ByteBuffer query) {
    StringBuilder name = new StringBuilder();
    for (int length = query.get(); length > 0; length = query.get()) {
      byte[] label = new byte[length];
      query.get(label);
      name.append(name.isEmpty() ? "" : ".").append(new String(label, US_ASCII));
    }
    return name.toString().toLowerCase(Locale.ROOT);
  }

  private static byte[] labels(String name) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (String label : name.split("\\.", -1)) {
      bytes.write(label.length());
      bytes.write(label.getBytes(US_ASCII));
    }
    bytes.write(0);
    return bytes.toByteArray();
  }

  @Override
  public void close() {
    socket.close();
  }
}
