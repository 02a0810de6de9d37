package xyz.trollllm.proxy.admission;

import xyz.trollllm.billing.KeyId;

/** A client's API key. Two keys are equal if their digests are; the key itself is never printed. */
public final class ApiKey {
  private final String value;
  private final String digest;
  private final String id;

  public ApiKey(String value) {
    this.value = value;
    this.digest = KeyId.hash(value);
    this.id = KeyId.of(value);
  }

  /** The key, for looking it up. */
  public String value() {
    return value;
  }

  /** The whole SHA-256 in hexadecimal: what the key is cached by. */
  String digest() {
    return digest;
  }

  /** What records and logs call this key: {@code sha256:} and 16 hexadecimal digits. */
  public String id() {
    return id;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof ApiKey key && key.digest.equals(digest);
  }

  @Override
  public int hashCode() {
    return digest.hashCode();
  }

  @Override
  public String toString() {
    return id();
  }
}
