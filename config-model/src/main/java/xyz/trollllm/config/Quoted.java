package xyz.trollllm.config;

/** Foreign text made fit for a message: one line, of bounded length. */
final class Quoted {
  private static final int LONGEST = 60;

  private Quoted() {}

  /** {@code text} in double quotes, control characters escaped. */
  static String of(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char c : shortened(text).toCharArray()) {
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (Character.isISOControl(c)) {
        quoted.append(String.format("\\u%04x", (int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
  }
}
