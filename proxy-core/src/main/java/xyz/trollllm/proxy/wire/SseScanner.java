package xyz.trollllm.proxy.wire;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Takes an event stream apart as its bytes pass by, in constant memory. One per stream, used by one
 * thread.
 *
 * <p>The rules are those of the event stream format of the HTML standard: lines end in LF, CRLF or
 * a lone CR, which may be mixed and may be cut between reads; a byte order mark may come first; a
 * field's name and value are separated by a colon and at most one space, which is not part of the
 * value; fields come in any order; the values of several {@code data} lines are one text joined by
 * LF; comments and other fields say nothing; a blank line ends an event. Line ends are looked for
 * among bytes, so a character cut in two, or one of Unicode's other line separators, is just data.
 *
 * <p>An event that the stream's end cuts off before its blank line stays {@link #pending()}.
 */
final class SseScanner {

  /** Is told the events of a stream. */
  interface Listener {
    /** A piece of the current event's data. */
    void data(byte[] bytes, int from, int to);

    /** The current event is over. The name is empty if it had none. */
    void dispatch(String name);
  }

  private static final byte[] LINE_FEED = {'\n'};
  private static final byte[] BYTE_ORDER_MARK = {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF};
  private static final byte[] DATA = {'d', 'a', 't', 'a'};
  private static final byte[] EVENT = {'e', 'v', 'e', 'n', 't'};
  private static final int MAX_NAME = 64;

  private enum Line {
    START,
    FIELD,
    BEFORE_VALUE,
    DATA_VALUE,
    NAME_VALUE,
    IGNORED
  }

  private final Listener listener;

  private int byteOrderMark;
  private boolean afterCarriageReturn;
  private Line line = Line.START;
  private final byte[] field = new byte[EVENT.length];
  private int fieldLength;

  private final byte[] name = new byte[MAX_NAME];
  private int nameLength;
  private boolean hasData;

  SseScanner(Listener listener) {
    this.listener = listener;
  }

  /** Whether an event has begun that no blank line has ended yet. */
  boolean pending() {
    return hasData || nameLength > 0;
  }

  /** The name of the current event as far as it came; empty if it has none. */
  String name() {
    return new String(name, 0, nameLength, StandardCharsets.UTF_8);
  }

  void scan(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at =
          switch (line) {
            case START -> start(bytes, at);
            case FIELD -> field(bytes, at);
            case BEFORE_VALUE -> beforeValue(bytes, at);
            case DATA_VALUE -> dataValue(bytes, at, to);
            case NAME_VALUE -> nameValue(bytes, at, to);
            case IGNORED -> ignored(bytes, at, to);
          };
    }
  }

  private int start(byte[] bytes, int at) {
    byte b = bytes[at];
    if (afterCarriageReturn) {
      afterCarriageReturn = false;
      if (b == '\n') {
        return at + 1;
      }
    }
    if (byteOrderMark < BYTE_ORDER_MARK.length) {
      if (b == BYTE_ORDER_MARK[byteOrderMark]) {
        byteOrderMark++;
        return at + 1;
      }
      boolean broken = byteOrderMark > 0;
      byteOrderMark = BYTE_ORDER_MARK.length;
      if (broken) {
        line = Line.IGNORED;
        return at;
      }
    }
    if (isLineEnd(b)) {
      blankLine(b);
      return at + 1;
    }
    fieldLength = 0;
    line = Line.FIELD;
    return at;
  }

  private void blankLine(byte b) {
    afterCarriageReturn = b == '\r';
    if (pending()) {
      listener.dispatch(name());
    }
    hasData = false;
    nameLength = 0;
  }

  private int field(byte[] bytes, int at) {
    byte b = bytes[at];
    if (b == ':' || isLineEnd(b)) {
      line = Line.IGNORED;
      if (fieldIs(DATA)) {
        beginData();
        line = Line.BEFORE_VALUE;
      } else if (fieldIs(EVENT)) {
        nameLength = 0;
        line = Line.BEFORE_VALUE;
      }
      return b == ':' ? at + 1 : at;
    }
    if (fieldLength == field.length) {
      line = Line.IGNORED;
    } else {
      field[fieldLength++] = b;
    }
    return at + 1;
  }

  private boolean fieldIs(byte[] other) {
    return Arrays.equals(field, 0, fieldLength, other, 0, other.length);
  }

  private void beginData() {
    if (hasData) {
      listener.data(LINE_FEED, 0, 1);
    }
    hasData = true;
  }

  private int beforeValue(byte[] bytes, int at) {
    line = fieldIs(DATA) ? Line.DATA_VALUE : Line.NAME_VALUE;
    return bytes[at] == ' ' ? at + 1 : at;
  }

  private int dataValue(byte[] bytes, int from, int to) {
    int end = lineEnd(bytes, from, to);
    if (end > from) {
      listener.data(bytes, from, end);
    }
    return endLine(bytes, end, to);
  }

  private int nameValue(byte[] bytes, int from, int to) {
    int end = lineEnd(bytes, from, to);
    for (int at = from; at < end && nameLength < MAX_NAME; at++) {
      name[nameLength++] = bytes[at];
    }
    return endLine(bytes, end, to);
  }

  private int ignored(byte[] bytes, int from, int to) {
    return endLine(bytes, lineEnd(bytes, from, to), to);
  }

  private static int lineEnd(byte[] bytes, int from, int to) {
    return ByteSearch.either(bytes, from, to, '\n', '\r');
  }

  private int endLine(byte[] bytes, int end, int to) {
    if (end == to) {
      return to;
    }
    afterCarriageReturn = bytes[end] == '\r';
    line = Line.START;
    return end + 1;
  }

  private static boolean isLineEnd(byte b) {
    return b == '\n' || b == '\r';
  }
}
