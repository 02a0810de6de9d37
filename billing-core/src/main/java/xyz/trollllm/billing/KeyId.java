package xyz.trollllm.billing;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** How an API key is named wherever the key itself must not appear. */
public final class KeyId {
  private static final int SHOWN_BYTES = 8;

  private KeyId() {}

  /** {@code sha256:} and the first 16 hexadecimal digits of the key's hash. */
  public static String of(String apiKey) {
    return "sha256:" + HexFormat.of().formatHex(sha256(apiKey), 0, SHOWN_BYTES);
  }

  /** All 64 hexadecimal digits of the key's SHA-256. */
  public static String hash(String apiKey) {
    return HexFormat.of().formatHex(sha256(apiKey));
  }

  private static byte[] sha256(String apiKey) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(apiKey.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java runtime has SHA-256", e);
    }
  }
}
