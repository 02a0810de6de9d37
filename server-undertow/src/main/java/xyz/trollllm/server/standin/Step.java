package xyz.trollllm.server.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One thing to do while an answer is sent. */
@SuppressWarnings("ArrayRecordComponent") // never compared
sealed interface Step {
  /** Sends bytes, after the head if it has not been sent; no bytes send the head alone. */
  record Send(byte[] bytes) implements Step {}

  record Pause(Duration length) implements Step {}

  record Await(Gate gate) implements Step {}

  /** Closes the connection, whatever is missing. */
  record Cut() implements Step {}

  /** The steps that send these events in this way. What needs no break leaves in one piece. */
  static List<Step> of(List<byte[]> events, Delivery delivery) {
    List<Step> steps = new ArrayList<>();
    ByteArrayOutputStream piece = new ByteArrayOutputStream();
    long allowed = delivery.cutAtByte();
    for (int i = 0; i < events.size(); i++) {
      Gate hold = delivery.holds().get(i + 1);
      boolean pause = i > 0 && delivery.pause().isPositive();
      if (hold != null || pause) {
        steps.add(new Send(piece.toByteArray()));
        piece.reset();
      }
      if (pause) {
        steps.add(new Pause(delivery.pause()));
      }
      if (hold != null) {
        steps.add(new Await(hold));
      }
      byte[] event = events.get(i);
      piece.writeBytes(Arrays.copyOf(event, (int) Math.min(event.length, allowed)));
      allowed -= event.length;
      if (allowed <= 0) {
        steps.add(new Send(piece.toByteArray()));
        steps.add(new Cut());
        return steps;
      }
    }
    steps.add(new Send(piece.toByteArray()));
    return steps;
  }

  /** Cuts a recorded event stream behind each blank line. */
  static List<byte[]> eventsOf(byte[] stream) {
    List<byte[]> events = new ArrayList<>();
    for (String event : new String(stream, UTF_8).split("(?<=\n\n)", -1)) {
      events.add(event.getBytes(UTF_8));
    }
    return events;
  }
}
