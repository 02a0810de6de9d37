package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.wire.JsonPaths.Node;

/**
 * Reads one JSON document as its bytes pass by, in pieces of any size, and reports what stands at
 * registered paths. One per stream of documents, used by one thread.
 *
 * <p>Memory is constant. The stack holds only containers on the way to a registered path, at most
 * as many as the longest path has steps; every other container is passed over by counting brackets.
 * Of strings only keys and registered scalars are kept, up to a cap; all others, however long, are
 * passed over in a tight loop. Because keys and strings are told apart by grammar and not by
 * searching, text that looks like usage inside a string is just text.
 *
 * <p>Malformed input never throws: it leads to {@link #failed()}, after which the rest of the
 * document is ignored. Containers that are passed over are checked no further than their brackets'
 * number, and control characters inside strings are let pass, as event streams may break lines
 * there.
 */
final class JsonTap<F extends Enum<F>> {

  /** Is told what stands at the registered paths, in the order of the document. */
  interface Listener<F> {
    void scalar(F field, JsonScalar value);

    /** More characters of a counted string; Unicode code points after decoding. */
    void text(F field, long characters);

    void opened(F field);

    void closed(F field);
  }

  private enum State {
    BETWEEN,
    SKIPPED_STRING,
    COUNTED_STRING,
    KEPT_STRING,
    BARE,
    SKIPPED_CONTAINER,
    COMPLETE,
    FAILED
  }

  private enum Expected {
    VALUE,
    ELEMENT_OR_END,
    KEY,
    KEY_OR_END,
    COLON,
    COMMA_OR_END
  }

  private final JsonPaths<F> paths;
  private final Listener<F> listener;

  private final Node<F>[] open;
  private final boolean[] openIsObject;
  private int depth;

  private State state = State.BETWEEN;
  private Expected expected = Expected.VALUE;

  /** The place of the value at hand or to come; null if nobody asked for it. */
  private @Nullable Node<F> place;

  private final KeptText kept = new KeptText();
  private boolean keptIsKey;

  /** Whether the byte to come is the second of an escape. */
  private boolean escaped;

  private final EscapeCounter escapes = new EscapeCounter();
  private long skippedDepth;

  @SuppressWarnings("unchecked") // an array of a generic type
  JsonTap(JsonPaths<F> paths, Listener<F> listener) {
    this.paths = paths;
    this.listener = listener;
    this.open = (Node<F>[]) new Node<?>[paths.depth()];
    this.openIsObject = new boolean[paths.depth()];
    this.place = paths.root();
  }

  /** Makes ready for another document. */
  void reset() {
    depth = 0;
    state = State.BETWEEN;
    expected = Expected.VALUE;
    place = paths.root();
    escaped = false;
    escapes.reset();
    skippedDepth = 0;
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
            case SKIPPED_STRING -> skippedString(bytes, at, to);
            case COUNTED_STRING -> countedString(bytes, at, to);
            case KEPT_STRING -> keptString(bytes, at, to);
            case BARE -> bare(bytes, at, to);
            case SKIPPED_CONTAINER -> skippedContainer(bytes, at, to);
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
          keep(true);
        } else if (b == '}' && expected == Expected.KEY_OR_END) {
          close(b);
        } else {
          state = State.FAILED;
        }
      }
      case COLON -> {
        if (b == ':') {
          expected = Expected.VALUE;
        } else {
          state = State.FAILED;
        }
      }
      case COMMA_OR_END -> {
        if (b == ',') {
          next();
        } else {
          close(b);
        }
      }
    }
  }

  private void next() {
    if (openIsObject[depth - 1]) {
      expected = Expected.KEY;
    } else {
      expected = Expected.VALUE;
      place = open[depth - 1].element();
    }
  }

  private void value(byte b) {
    switch (b) {
      case '{' -> open(true);
      case '[' -> open(false);
      case '"' -> {
        if (place == null || place.field() == null) {
          state = State.SKIPPED_STRING;
        } else if (place.counted()) {
          state = State.COUNTED_STRING;
        } else {
          keep(false);
        }
      }
      case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 't', 'f', 'n' -> {
        keep(false);
        kept.append(b);
        state = State.BARE;
      }
      default -> state = State.FAILED;
    }
  }

  private void open(boolean object) {
    Node<F> here = place;
    if (here != null && here.field() != null) {
      listener.opened(here.field());
    }
    if (here == null || here.isLeaf() || depth == open.length) {
      skippedDepth = 1;
      state = State.SKIPPED_CONTAINER;
      return;
    }
    open[depth] = here;
    openIsObject[depth] = object;
    depth++;
    expected = object ? Expected.KEY_OR_END : Expected.ELEMENT_OR_END;
    place = object ? null : here.element();
  }

  private void close(byte b) {
    if (b != (openIsObject[depth - 1] ? '}' : ']')) {
      state = State.FAILED;
      return;
    }
    depth--;
    closed(open[depth]);
  }

  private void closed(@Nullable Node<F> container) {
    if (container != null && container.field() != null) {
      listener.closed(container.field());
    }
    valueEnds();
  }

  private void valueEnds() {
    expected = Expected.COMMA_OR_END;
    state = depth == 0 ? State.COMPLETE : State.BETWEEN;
  }

  private int skippedString(byte[] bytes, int from, int to) {
    int at = from;
    if (escaped) {
      escaped = false;
      at++;
    }
    while (at < to) {
      byte b = bytes[at++];
      if (b == '"') {
        skippedStringEnds();
        return at;
      }
      if (b == '\\') {
        escaped = at == to;
        at++;
      }
    }
    return to;
  }

  private void skippedStringEnds() {
    if (skippedDepth > 0) {
      state = State.SKIPPED_CONTAINER;
    } else {
      valueEnds();
    }
  }

  private int countedString(byte[] bytes, int from, int to) {
    long characters = 0;
    int at = from;
    boolean ended = false;
    while (at < to && !ended) {
      byte b = bytes[at++];
      if (escapes.inEscape()) {
        characters += escapes.next(b);
      } else if (b == '"') {
        ended = true;
      } else if (b == '\\') {
        escapes.start();
      } else if ((b & 0xC0) != 0x80) {
        characters++;
      }
    }
    if (characters > 0 && place != null && place.field() != null) {
      listener.text(place.field(), characters);
    }
    if (ended) {
      valueEnds();
    }
    return at;
  }

  private void keep(boolean key) {
    keptIsKey = key;
    kept.clear();
    state = State.KEPT_STRING;
  }

  private int keptString(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      byte b = bytes[at];
      if (escaped) {
        escaped = false;
      } else if (b == '"') {
        keptStringEnds();
        return at + 1;
      } else if (b == '\\') {
        escaped = true;
      }
      kept.append(b);
    }
    return to;
  }

  private void keptStringEnds() {
    kept.unescape();
    if (keptIsKey) {
      Node<F> object = open[depth - 1];
      place = kept.overflows() ? null : object.member(kept.bytes(), kept.length());
      expected = Expected.COLON;
      state = State.BETWEEN;
    } else {
      report(new JsonScalar(JsonScalar.Kind.STRING, kept.toString()));
      valueEnds();
    }
  }

  private int bare(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      byte b = bytes[at];
      if (b == ',' || b == '}' || b == ']' || b == ' ' || b == '\n' || b == '\r' || b == '\t') {
        bareEnds();
        return at;
      }
      kept.append(b);
    }
    return to;
  }

  private void bareEnds() {
    if (place == null || place.field() == null) {
      valueEnds();
      return;
    }
    String text = kept.toString();
    JsonScalar scalar =
        switch (text) {
          case "null" -> JsonScalar.NULL;
          case "true" -> JsonScalar.TRUE;
          case "false" -> JsonScalar.FALSE;
          default -> new JsonScalar(JsonScalar.Kind.NUMBER, text);
        };
    boolean startsAsNumber = text.charAt(0) <= '9';
    if (kept.overflows() || (scalar.kind() == JsonScalar.Kind.NUMBER && !startsAsNumber)) {
      state = State.FAILED;
      return;
    }
    report(scalar);
    valueEnds();
  }

  private void report(JsonScalar value) {
    if (place != null && place.field() != null) {
      listener.scalar(place.field(), value);
    }
  }

  private int skippedContainer(byte[] bytes, int from, int to) {
    for (int at = from; at < to; at++) {
      switch (bytes[at]) {
        case '"' -> {
          state = State.SKIPPED_STRING;
          return at + 1;
        }
        case '{', '[' -> skippedDepth++;
        case '}', ']' -> {
          skippedDepth--;
          if (skippedDepth == 0) {
            closed(place);
            return at + 1;
          }
        }
        default -> {}
      }
    }
    return to;
  }
}
