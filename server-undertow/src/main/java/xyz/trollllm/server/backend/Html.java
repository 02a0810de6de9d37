package xyz.trollllm.server.backend;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Writes HTML that is XML as well. Whatever is written is escaped, tags apart, and every element
 * that was opened is closed. Used by one thread.
 */
final class Html {
  private final StringBuilder html = new StringBuilder();
  private final Deque<String> open = new ArrayDeque<>();

  /**
   * Begins an element.
   *
   * @param attributes alternating names and values
   */
  Html open(String tag, String... attributes) {
    html.append('<').append(tag);
    for (int i = 0; i < attributes.length; i += 2) {
      html.append(' ').append(attributes[i]).append("=\"");
      escaped(attributes[i + 1]);
      html.append('"');
    }
    html.append('>');
    open.push(tag);
    return this;
  }

  /** Ends the element that was begun last. */
  Html close() {
    html.append("</").append(open.pop()).append('>');
    return this;
  }

  Html text(String text) {
    escaped(text);
    return this;
  }

  /** An element with nothing but text in it. */
  Html element(String tag, String text, String... attributes) {
    return open(tag, attributes).text(text).close();
  }

  /** A tag without an end. */
  Html empty(String tag, String... attributes) {
    open(tag, attributes);
    open.pop();
    html.insert(html.length() - 1, '/');
    return this;
  }

  /** A line break in the source, for those who read it. */
  Html line() {
    html.append('\n');
    return this;
  }

  /** Text of ours in which nothing is to be escaped, such as a style sheet. */
  Html verbatim(String text) {
    html.append(text);
    return this;
  }

  private void escaped(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '&' -> html.append("&amp;");
        case '<' -> html.append("&lt;");
        case '>' -> html.append("&gt;");
        case '"' -> html.append("&quot;");
        case '\'' -> html.append("&#39;");
        default -> html.append(c);
      }
    }
  }

  @Override
  public String toString() {
    if (!open.isEmpty()) {
      throw new IllegalStateException("not closed: " + open);
    }
    return html.toString();
  }
}
