package xyz.trollllm.server.standin;

import java.time.Duration;
import java.util.Optional;

/**
 * The {@code x-stand-in} header, by which a request may ask for its own misfortune: entries {@code
 * name} or {@code name=value}, separated by semicolons.
 *
 * <pre>
 * status=529                refuse with this status
 * html=502                  refuse with a web server's error page
 * hang-up                   close the connection without a byte
 * hang                      never answer
 * pause-ms=20               wait between events
 * cut-at-byte=300           close the connection after so much of the body
 * hang-before-event=3       fall silent before this event
 * </pre>
 */
final class ControlHeader {
  static final String NAME = "x-stand-in";

  private ControlHeader() {}

  static Optional<Behaviour> read(Served request) {
    return request.header(NAME).map(ControlHeader::parse);
  }

  private static Behaviour parse(String header) {
    Delivery delivery = Delivery.IMMEDIATE;
    for (String entry : header.split(";", -1)) {
      String[] parts = entry.strip().split("=", 2);
      String name = parts[0];
      switch (name) {
        case "hang" -> {
          return new Behaviour.Hangs();
        }
        case "hang-up" -> {
          return new Behaviour.HangsUp();
        }
        case "status" -> {
          return Behaviour.fails(value(parts));
        }
        case "html" -> {
          return Behaviour.sendsHtml(value(parts));
        }
        case "pause-ms" -> delivery = delivery.paced(Duration.ofMillis(value(parts)));
        case "cut-at-byte" -> delivery = delivery.cutAtByte(value(parts));
        case "hang-before-event" -> delivery = delivery.hangingBeforeEvent(value(parts));
        default -> throw new InvalidRequestException(NAME + ": does not know " + name);
      }
    }
    return new Behaviour.Answers(delivery);
  }

  private static int value(String[] parts) {
    if (parts.length < 2 || !parts[1].matches("\\d{1,9}")) {
      throw new InvalidRequestException(NAME + ": " + parts[0] + " needs a number");
    }
    return Integer.parseInt(parts[1]);
  }
}
