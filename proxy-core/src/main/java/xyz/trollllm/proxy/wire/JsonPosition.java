package xyz.trollllm.proxy.wire;

import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.wire.JsonPaths.Node;

/**
 * Where among the registered paths the reading of a document stands. One per {@link JsonTap}.
 *
 * <p>Only containers on the way to a registered path are kept here, at most as many as the longest
 * path has steps.
 */
final class JsonPosition<F extends Enum<F>> {
  private final JsonPaths<F> paths;
  private final JsonListener<F> listener;
  private final Node<F>[] open;
  private final boolean[] openIsObject;
  private int depth;

  /** The place of the value at hand or to come; null if it leads to no registered path. */
  private @Nullable Node<F> place;

  @SuppressWarnings("unchecked") // an array of a generic type
  JsonPosition(JsonPaths<F> paths, JsonListener<F> listener) {
    this.paths = paths;
    this.listener = listener;
    this.open = (Node<F>[]) new Node<?>[paths.depth()];
    this.openIsObject = new boolean[paths.depth()];
    this.place = paths.root();
  }

  void reset() {
    depth = 0;
    place = paths.root();
  }

  /** Whether the value at hand, or the one that just ended, is the whole document. */
  boolean isTop() {
    return depth == 0;
  }

  boolean isInObject() {
    return openIsObject[depth - 1];
  }

  /** The value to come is the member with this key. */
  void member(KeptText key) {
    place = key.overflows() ? null : open[depth - 1].member(key.bytes(), key.length());
  }

  /** The value to come is the next element of the array. */
  void element() {
    place = open[depth - 1].element();
  }

  /** Whether somebody asked for the value at hand. */
  boolean isWanted() {
    return place != null && place.field() != null;
  }

  /** Whether of the value at hand, if it is a string, only the length is asked for. */
  boolean isCounted() {
    return place != null && place.counted();
  }

  void scalar(JsonScalar value) {
    if (place != null && place.field() != null) {
      listener.scalar(place.field(), value);
    }
  }

  void text(long characters) {
    if (place != null && place.field() != null) {
      listener.text(place.field(), characters);
    }
  }

  /** A container begins; returns false if nothing inside is wanted. */
  boolean enter(boolean object) {
    Node<F> here = place;
    if (here != null && here.field() != null) {
      listener.opened(here.field());
    }
    if (here == null || here.isLeaf() || depth == open.length) {
      return false;
    }
    open[depth] = here;
    openIsObject[depth] = object;
    depth++;
    place = object ? null : here.element();
    return true;
  }

  /** The innermost container that was entered is over. */
  void leave() {
    depth--;
    place = open[depth];
    passed();
  }

  /** The container at hand, which was not entered, is over. */
  void passed() {
    if (place != null && place.field() != null) {
      listener.closed(place.field());
    }
  }
}
