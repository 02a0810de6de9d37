package xyz.trollllm.proxy.wire;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The places in JSON documents that a {@link JsonTap} reports, each under a name of type {@code F}.
 * Immutable; one instance serves all documents of a kind.
 *
 * <p>A path is a list of keys joined by dots, in which {@code *} stands for every element of an
 * array: {@code choices.*.delta.content}. Keys are ASCII.
 */
final class JsonPaths<F extends Enum<F>> {
  private final Node<F> root;
  private final int depth;

  private JsonPaths(Node<F> root, int depth) {
    this.root = root;
    this.depth = depth;
  }

  static <F extends Enum<F>> Builder<F> builder() {
    return new Builder<>();
  }

  Node<F> root() {
    return root;
  }

  /** How many containers lie around the innermost registered value, at most. */
  int depth() {
    return depth;
  }

  /** Collects paths. */
  static final class Builder<F extends Enum<F>> {
    private final Node<F> root = new Node<>();
    private int depth = 1;

    /** Reports the value at {@code path}, be it a scalar or a container, as {@code field}. */
    Builder<F> value(String path, F field) {
      node(path).field = field;
      return this;
    }

    /** As {@link #value}, but of a string only the number of its characters. */
    Builder<F> text(String path, F field) {
      Node<F> node = node(path);
      node.field = field;
      node.counted = true;
      return this;
    }

    JsonPaths<F> build() {
      return new JsonPaths<>(root, depth);
    }

    private Node<F> node(String path) {
      String[] steps = path.split("\\.", -1);
      depth = Math.max(depth, steps.length + 1);
      Node<F> node = root;
      for (String step : steps) {
        node = step.equals("*") ? node.ownElement() : node.ownMember(step);
      }
      return node;
    }
  }

  /** One place, and the places below it. Changed only while the paths are built. */
  static final class Node<F> {
    private final List<Member<F>> members = new ArrayList<>();
    private @Nullable Node<F> element;
    private @Nullable F field;
    private boolean counted;

    @Nullable F field() {
      return field;
    }

    boolean counted() {
      return counted;
    }

    @Nullable Node<F> element() {
      return element;
    }

    /** The place of the member with this key, given as decoded bytes. */
    @Nullable Node<F> member(byte[] key, int length) {
      for (Member<F> member : members) {
        if (member.named(key, length)) {
          return member.node;
        }
      }
      return null;
    }

    boolean isLeaf() {
      return element == null && members.isEmpty();
    }

    private Node<F> ownElement() {
      Node<F> existing = element;
      if (existing == null) {
        existing = new Node<>();
        element = existing;
      }
      return existing;
    }

    private Node<F> ownMember(String name) {
      byte[] key = name.getBytes(StandardCharsets.US_ASCII);
      Node<F> existing = member(key, key.length);
      if (existing == null) {
        existing = new Node<>();
        members.add(new Member<>(key, existing));
      }
      return existing;
    }
  }

  private static final class Member<F> {
    private final byte[] name;
    private final Node<F> node;

    private Member(byte[] name, Node<F> node) {
      this.name = name;
      this.node = node;
    }

    private boolean named(byte[] key, int length) {
      return length == name.length && Arrays.equals(key, 0, length, name, 0, length);
    }
  }
}
