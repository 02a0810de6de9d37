package xyz.trollllm.proxy.wire;

import java.util.Locale;

/**
 * Images, documents and sounds that stand in a body itself. Their tokens do not follow from their
 * bytes.
 *
 * @param others media of a kind that could not be told
 * @param bytes how many bytes of the body are certainly such media, and not text to anybody
 */
public record InlineMedia(int images, int documents, int sounds, int others, int bytes) {
  public static final InlineMedia NONE = new InlineMedia(0, 0, 0, 0, 0);

  /** What a medium is. */
  enum Kind {
    IMAGE,
    DOCUMENT,
    SOUND,
    OTHER;

    /** The kind of a media type such as {@code image/png}. */
    static Kind of(String mediaType) {
      String type = mediaType.toLowerCase(Locale.ROOT);
      if (type.startsWith("image/")) {
        return IMAGE;
      }
      if (type.startsWith("audio/")) {
        return SOUND;
      }
      return type.startsWith("application/pdf") || type.startsWith("text/") ? DOCUMENT : OTHER;
    }
  }

  public int count() {
    return images + documents + sounds + others;
  }

  InlineMedia plus(Kind kind, int moreBytes) {
    return new InlineMedia(
        images + (kind == Kind.IMAGE ? 1 : 0),
        documents + (kind == Kind.DOCUMENT ? 1 : 0),
        sounds + (kind == Kind.SOUND ? 1 : 0),
        others + (kind == Kind.OTHER ? 1 : 0),
        bytes + moreBytes);
  }
}
