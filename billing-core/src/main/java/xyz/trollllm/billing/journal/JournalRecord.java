package xyz.trollllm.billing.journal;

import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;
import xyz.trollllm.billing.Hold;
import xyz.trollllm.billing.Settlement;

/**
 * One record as it stands in a segment. Of several of one request the one with the highest number
 * counts, wherever it stands: records are copied to newer segments when old ones are to go.
 *
 * @param number counts the records of a journal
 * @param payload all of it as bytes
 */
@SuppressWarnings("ArrayRecordComponent") // never compared, never changed
record JournalRecord(RecordKind kind, long number, String requestId, byte[] payload) {
  static JournalRecord start(long number, Instant now, Hold hold) {
    return of(RecordKind.START, number, now, hold.requestId(), out -> Payloads.write(out, hold));
  }

  static JournalRecord of(RecordKind kind, long number, Instant now, Settlement settlement) {
    String id = settlement.hold().requestId();
    return of(kind, number, now, id, out -> Payloads.write(out, settlement));
  }

  static JournalRecord end(long number, Instant now, String requestId) {
    return of(RecordKind.END, number, now, requestId, out -> out.text(requestId));
  }

  private static JournalRecord of(
      RecordKind kind, long number, Instant now, String requestId, Consumer<PayloadWriter> rest) {
    PayloadWriter out =
        new PayloadWriter().raw(kind.code()).number(number).number(now.toEpochMilli());
    rest.accept(out);
    return new JournalRecord(kind, number, requestId, out.toByteArray());
  }

  /** Reads no further than the request's id, with which the rest begins. */
  static JournalRecord read(byte[] payload) {
    PayloadReader in = new PayloadReader(payload);
    RecordKind kind = RecordKind.of(in.raw());
    long number = in.number();
    in.number();
    return new JournalRecord(kind, number, in.text(), payload);
  }

  /** What it says of a request that is not over. */
  OpenRequest open() {
    PayloadReader in = new PayloadReader(payload);
    in.raw();
    in.number();
    Instant at = Instant.ofEpochMilli(in.number());
    Hold hold;
    Optional<Settlement> settlement = Optional.empty();
    try {
      hold = Payloads.hold(in);
      if (kind != RecordKind.START) {
        settlement = Optional.of(Payloads.settlement(hold, in));
      }
    } catch (IllegalArgumentException e) {
      throw new MalformedRecordException(String.valueOf(e.getMessage()));
    }
    return new OpenRequest(kind, at, hold, settlement);
  }
}
