package xyz.trollllm.proxy.admission;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import xyz.trollllm.proxy.Headers;
import xyz.trollllm.proxy.ProxyRequest;

/**
 * The header field {@code Idempotency-Key} of the IETF draft of that name. Its value is taken as it
 * stands, in quotes as the draft has it or without.
 */
final class IdempotencyHeader {
  private static final String NAME = "idempotency-key";
  private static final Pattern PRINTABLE = Pattern.compile("[ -~]{1,255}");

  private IdempotencyHeader() {}

  /** What is wrong with the keys that are sent; null if there are none or one. */
  static @Nullable Rejection problem(Headers headers) {
    List<String> keys = headers.all(NAME).stream().distinct().toList();
    if (keys.size() > 1) {
      return new Rejection.InvalidIdempotencyKey(
          "Idempotency-Key: expected one key, found several");
    }
    if (!keys.stream().allMatch(key -> PRINTABLE.matcher(key).matches())) {
      return new Rejection.InvalidIdempotencyKey(
          "Idempotency-Key: expected 1 to 255 printable ASCII characters");
    }
    return null;
  }

  static Optional<String> key(Headers headers) {
    return headers.first(NAME);
  }

  /** SHA-256 of method, path and body: the same for repetitions of a request. */
  static String fingerprint(ProxyRequest request) {
    MessageDigest digest = sha256();
    String line = request.method() + ' ' + request.path() + '\n';
    digest.update(line.getBytes(StandardCharsets.UTF_8));
    ByteBuffer body = request.body().duplicate();
    digest.update(body);
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
