package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import xyz.trollllm.billing.KeyId;

/**
 * A document for everybody that stays as it is for a while. Clients that have it already are told
 * so instead of getting it again. Immutable; safe for use by many threads.
 */
public final class CacheableDocument {
  private final String etag;
  private final WholeAnswer whole;
  private final WholeAnswer known;

  private CacheableDocument(String etag, WholeAnswer whole, WholeAnswer known) {
    this.etag = etag;
    this.whole = whole;
    this.known = known;
  }

  /**
   * A document of which a change shows in its entity tag.
   *
   * @param maxAge for how long it may be used without asking again, in whole seconds
   * @param body in UTF-8
   * @param more header fields beside those of content and cache, which come with 304, too
   */
  public static CacheableDocument of(
      String contentType, Duration maxAge, ByteBuffer body, Headers more) {
    String etag =
        '"' + KeyId.hash(StandardCharsets.UTF_8.decode(body.duplicate()).toString()) + '"';
    Headers cached =
        more.toBuilder()
            .set("cache-control", "public, max-age=" + maxAge.toSeconds())
            .set("etag", etag)
            .build();
    Headers all = cached.toBuilder().set("content-type", contentType).build();
    return new CacheableDocument(
        etag, new WholeAnswer(200, all, body), new WholeAnswer(304, cached, WholeAnswer.NOTHING));
  }

  /** The document, or that the client has it. */
  public WholeAnswer answer(Headers request) {
    boolean has =
        request.all("if-none-match").stream()
            .flatMap(value -> List.of(value.split(",", -1)).stream())
            .map(tag -> tag.strip().replaceFirst("^W/", ""))
            .anyMatch(tag -> tag.equals(etag) || tag.equals("*"));
    return has ? known : whole;
  }
}
