package xyz.trollllm.proxy.wire;

import java.nio.charset.StandardCharsets;

/** Decodes the escapes of a JSON string's raw bytes. */
final class JsonEscapes {
  private JsonEscapes() {}

  /** Decodes in place, as decoded text is never longer, and returns the new length. */
  static int decode(byte[] raw, int length) {
    String text = new String(raw, 0, length, StandardCharsets.UTF_8);
    byte[] decoded = decode(text).getBytes(StandardCharsets.UTF_8);
    int kept = Math.min(decoded.length, raw.length);
    System.arraycopy(decoded, 0, raw, 0, kept);
    return kept;
  }

  private static String decode(String text) {
    StringBuilder decoded = new StringBuilder(text.length());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c != '\\' || at + 1 == text.length()) {
        decoded.append(c);
        at++;
      } else if (text.charAt(at + 1) == 'u') {
        decoded.append(unit(text, at + 2));
        at += 6;
      } else {
        decoded.append(simple(text.charAt(at + 1)));
        at += 2;
      }
    }
    return decoded.toString();
  }

  private static char unit(String text, int from) {
    int value = 0;
    for (int at = from; at < from + 4; at++) {
      int digit = at < text.length() ? Character.digit(text.charAt(at), 16) : -1;
      if (digit < 0) {
        return '\uFFFD';
      }
      value = value * 16 + digit;
    }
    return (char) value;
  }

  private static char simple(char escape) {
    return switch (escape) {
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      default -> escape;
    };
  }
}
