package xyz.trollllm.proxy;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import xyz.trollllm.billing.Usd;
import xyz.trollllm.proxy.wire.AnswerMeter;
import xyz.trollllm.proxy.wire.Metered;
import xyz.trollllm.proxy.wire.UsageFlags;

/**
 * An answer that is one document. It is completed before its head goes out, so that the head can
 * carry the charge and a document that breaks off becomes a plain error. One above a megabyte is
 * passed on as it comes, without either.
 */
final class JsonAnswer extends Answer {
  static final int MOST_KEPT = 1 << 20;

  private final AnswerHead head;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

  JsonAnswer(AnswerHead head, Caller caller, AnswerMeter meter, ProgressNotes progress) {
    super(caller, meter, progress);
    this.head = head;
  }

  @Override
  void begin() {
    if (head.length() > MOST_KEPT) {
      sendHead(head);
    }
  }

  @Override
  boolean pass(ByteBuffer bytes) {
    if (!headSent() && kept.size() + bytes.remaining() > MOST_KEPT) {
      sendHead(head);
      note(kept.size() + bytes.remaining());
      sendKept();
      return caller.client().write(bytes);
    }
    if (headSent()) {
      note(bytes.remaining());
      return caller.client().write(bytes);
    }
    byte[] copy = new byte[bytes.remaining()];
    bytes.get(copy);
    kept.writeBytes(copy);
    return true;
  }

  private void sendKept() {
    if (kept.size() > 0) {
      caller.client().write(ByteBuffer.wrap(kept.toByteArray()));
      kept.reset();
    }
  }

  @Override
  boolean mayEnd() {
    return meter.sawEnd();
  }

  @Override
  void end(Usd charge) {
    if (!headSent()) {
      sendHead(head.charged(charge.toString(), kept.size()));
      sendKept();
    }
    caller.client().end();
  }

  @Override
  void breakOff(ErrorAnswer why) {
    if (headSent()) {
      caller.client().reset();
    } else {
      caller.send(why);
    }
  }

  @Override
  int status() {
    return head.status();
  }

  @Override
  Metered meteredWhenBroken() {
    Metered metered = metered();
    return headSent()
        ? metered
        : Metered.nothing(metered.servedModel(), UsageFlags.UPSTREAM_ERROR_NO_CONTENT);
  }
}
