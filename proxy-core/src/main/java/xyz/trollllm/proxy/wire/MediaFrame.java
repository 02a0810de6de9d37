package xyz.trollllm.proxy.wire;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.wire.InlineMedia.Kind;

/**
 * One object of a body while it is read, as far as it may be a medium: {@code {type, media_type,
 * data}} of Anthropic's, {@code {format, data}} in OpenAI's {@code input_audio}, or {@code
 * {mimeType, data}} of Gemini's.
 */
final class MediaFrame {
  /**
   * The keys on the way from a body to a medium that an upstream takes as one. Elsewhere, as in the
   * input of a tool, the same members are text to the model, and each of their bytes counts.
   */
  private static final Set<String> ON_THE_WAY =
      Set.of("messages", "system", "content", "source", "image_url", "file", "input_audio");

  final boolean onTheWay;
  private final boolean sound;
  private boolean base64;
  private boolean text;
  private @Nullable Kind kind;
  private boolean hasData;
  private int dataBytes;

  /**
   * @param key what leads to the object; null for an element of an array
   */
  MediaFrame(boolean parentIsOnTheWay, @Nullable String key) {
    this.onTheWay = parentIsOnTheWay && (key == null || ON_THE_WAY.contains(key));
    this.sound = "input_audio".equals(key);
  }

  void type(String type) {
    base64 |= type.equals("base64");
    text |= type.equals("text");
  }

  void mediaType(String mediaType) {
    // Of two that differ nobody knows which one counts.
    Kind named = Kind.of(mediaType);
    kind = kind == null || kind == named ? named : Kind.OTHER;
  }

  void data(int bytes) {
    hasData = true;
    dataBytes += bytes;
  }

  /** What {@code media} are with this object, now that all of it is read. */
  InlineMedia addTo(InlineMedia media) {
    boolean medium = sound || base64 || (hasData && kind != null && !text);
    if (!medium) {
      return media;
    }
    Kind counted = sound ? Kind.SOUND : kind == null ? Kind.OTHER : kind;
    return media.plus(counted, onTheWay && !text ? dataBytes : 0);
  }
}
