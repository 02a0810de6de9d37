package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Map;

/** What the stand-in does with one request. */
@SuppressWarnings("ArrayRecordComponent") // bytes to be sent; never compared
public sealed interface Behaviour {

  /** Answers as a working upstream would. */
  record Answers(Delivery delivery) implements Behaviour {}

  /** Refuses with a status and the error body that belongs to it in the API that was called. */
  record Fails(int status, Map<String, String> headers) implements Behaviour {
    public Fails {
      headers = Map.copyOf(headers);
    }
  }

  /** Sends this status and these headers, content type included, and this body. */
  record Sends(int status, Map<String, String> headers, byte[] body, Delivery delivery)
      implements Behaviour {
    public Sends {
      headers = Map.copyOf(headers);
    }
  }

  /** Puts these bytes on the wire, status line and headers included, and closes the connection. */
  record SendsRaw(byte[] bytes) implements Behaviour {}

  /** Takes the request and never answers. */
  record Hangs() implements Behaviour {}

  /** Takes the request and closes the connection without a byte. */
  record HangsUp() implements Behaviour {}

  static Behaviour answers() {
    return new Answers(Delivery.IMMEDIATE);
  }

  static Behaviour fails(int status) {
    return new Fails(status, Map.of());
  }

  /** An error page as web servers in front of an API send it. */
  static Behaviour sendsHtml(int status) {
    String page = "<html><head><title>" + status + "</title></head><body>nginx</body></html>\n";
    return sends(status, "text/html", page);
  }

  static Behaviour sends(int status, String contentType, String body) {
    return new Sends(
        status, Map.of("content-type", contentType), body.getBytes(UTF_8), Delivery.IMMEDIATE);
  }
}
