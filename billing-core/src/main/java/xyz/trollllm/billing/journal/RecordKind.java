package xyz.trollllm.billing.journal;

/** How far a request had come when a record of it was written. */
public enum RecordKind {
  /** Credit was about to be held; nothing was sent. */
  START(1),
  /** The request was about to be sent to its upstream; nothing was delivered yet. */
  SENT(2),
  /** A part of the answer was about to be delivered, and was charged for like this. */
  PROGRESS(3),
  /** The answer was about to end, with this charge. */
  FINAL(4),
  /** Settled, or never held. */
  END(5);

  private final byte code;

  RecordKind(int code) {
    this.code = (byte) code;
  }

  byte code() {
    return code;
  }

  static RecordKind of(byte code) {
    for (RecordKind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new MalformedRecordException("no kind of record has code " + code);
  }
}
