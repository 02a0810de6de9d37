package xyz.trollllm.proxy.wire;

/**
 * Reads one JSON document as its bytes pass by, in pieces of any size, and reports what stands at
 * registered paths. One per stream of documents, used by one thread.
 *
 * <p>Here is the grammar: which byte may come next, and what kind of value it begins. Values are
 * read by {@link SkippedValue}, {@link CountedString} and {@link KeptText}; {@link JsonPosition}
 * knows which of them are wanted. Memory is constant: of strings only keys and registered scalars
 * are kept, up to a cap, and all other values, however long or deep, are passed over in tight
 * loops. Because keys and strings are told apart by grammar and not by searching, text that looks
 * like usage inside a string is just text.
 *
 * <p>Malformed input never throws: it leads to {@link #failed()}, after which the rest of the
 * document is ignored. Containers that are passed over are checked no further than their brackets'
 * number, and control characters inside strings are let pass, as event streams may break lines
 * there.
 */
final class JsonTap<F extends Enum<F>> {
  private enum State {
    BETWEEN,
    SKIPPED,
    COUNTED,
    KEY,
    STRING,
    BARE,
    COMPLETE,
    FAILED
  }

  /** What may come next between values. */
  private enum Expected {
    VALUE,
    ELEMENT_OR_END,
    KEY,
    KEY_OR_END,
    COLON,
    COMMA_OR_END
  }

  private final JsonPosition<F> position;
  private final SkippedValue skipped = new SkippedValue();
  private final CountedString counted = new CountedString();
  private final KeptText kept = new KeptText();
  private State state = State.BETWEEN;
  private Expected expected = Expected.VALUE;

  JsonTap(JsonPaths<F> paths, JsonListener<F> listener) {
    this.position = new JsonPosition<>(paths, listener);
  }

  /** Makes ready for another document. */
  void reset() {
    position.reset();
    state = State.BETWEEN;
    expected = Expected.VALUE;
  }

  /** Whether a whole document was read. */
  boolean complete() {
    return state == State.COMPLETE;
  }

  /** Whether the document is malformed. */
  boolean failed() {
    return state == State.FAILED;
  }

  void feed(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      at =
          switch (state) {
            case BETWEEN -> {
              between(bytes[at]);
              yield at + 1;
            }
            case SKIPPED -> skipped(bytes, at, to);
            case COUNTED -> counted(bytes, at, to);
            case KEY -> key(bytes, at, to);
            case STRING -> string(bytes, at, to);
            case BARE -> bare(bytes, at, to);
            case COMPLETE, FAILED -> to;
          };
    }
  }

  private void between(byte b) {
    if (b == ' ' || b == '\n' || b == '\r' || b == '\t') {
      return;
    }
    switch (expected) {
      case VALUE -> value(b);
      case ELEMENT_OR_END -> {
        if (b == ']') {
          close(b);
        } else {
          value(b);
        }
      }
      case KEY, KEY_OR_END -> {
        if (b == '"') {
          kept.begin();
          state = State.KEY;
        } else if (b == '}' && expected == Expected.KEY_OR_END) {
          close(b);
        } else {
          state = State.FAILED;
        }
      }
      case COLON -> {
        expected = Expected.VALUE;
        state = b == ':' ? State.BETWEEN : State.FAILED;
      }
      case COMMA_OR_END -> {
        if (b != ',') {
          close(b);
        } else if (position.isInObject()) {
          expected = Expected.KEY;
        } else {
          expected = Expected.VALUE;
          position.element();
        }
      }
    }
  }

  private void value(byte b) {
    switch (b) {
      case '{' -> open(true);
      case '[' -> open(false);
      case '"' -> beginString();
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n' -> {
        kept.begin(b);
        state = State.BARE;
      }
      default -> state = State.FAILED;
    }
  }

  private void open(boolean object) {
    if (position.enter(object)) {
      expected = object ? Expected.KEY_OR_END : Expected.ELEMENT_OR_END;
    } else {
      skipped.container();
      state = State.SKIPPED;
    }
  }

  private void close(byte b) {
    if (b == (position.isInObject() ? '}' : ']')) {
      position.leave();
      valueEnds();
    } else {
      state = State.FAILED;
    }
  }

  private void beginString() {
    if (!position.isWanted()) {
      skipped.string();
      state = State.SKIPPED;
    } else if (position.isCounted()) {
      counted.begin();
      state = State.COUNTED;
    } else {
      kept.begin();
      state = State.STRING;
    }
  }

  private void valueEnds() {
    expected = Expected.COMMA_OR_END;
    state = position.isTop() ? State.COMPLETE : State.BETWEEN;
  }

  private int skipped(byte[] bytes, int from, int to) {
    int at = skipped.read(bytes, from, to);
    if (skipped.ended()) {
      position.passed(); // a string at this place has nobody to tell
      valueEnds();
    }
    return at;
  }

  private int counted(byte[] bytes, int from, int to) {
    int at = counted.read(bytes, from, to);
    if (counted.characters() > 0) {
      position.text(counted.characters());
    }
    if (counted.ended()) {
      valueEnds();
    }
    return at;
  }

  private int key(byte[] bytes, int from, int to) {
    int at = kept.readString(bytes, from, to);
    if (kept.ended()) {
      position.member(kept);
      expected = Expected.COLON;
      state = State.BETWEEN;
    }
    return at;
  }

  private int string(byte[] bytes, int from, int to) {
    int at = kept.readString(bytes, from, to);
    if (kept.ended()) {
      position.scalar(JsonScalar.string(kept.toString()));
      valueEnds();
    }
    return at;
  }

  private int bare(byte[] bytes, int from, int to) {
    int at = kept.readBare(bytes, from, to);
    if (kept.ended()) {
      JsonScalar scalar = position.isWanted() ? JsonScalar.bare(kept.toString()) : JsonScalar.NULL;
      if (scalar == null) {
        state = State.FAILED;
      } else {
        position.scalar(scalar);
        valueEnds();
      }
    }
    return at;
  }
}
