package xyz.trollllm.billing;

/**
 * A request whose client marked it with a key, so that a repetition of it is not carried out again.
 *
 * @param userId in whose account the key means something
 * @param keyHash the key and the user, hashed
 * @param fingerprint the same for repetitions of the request, another one for other requests
 */
public record IdempotentRequest(
    String requestId, String userId, String keyHash, String fingerprint) {

  /**
   * As the constructor, with the key as the client sent it. It is kept as a hash only, together
   * with the user: so equal keys of two users are two keys.
   */
  public static IdempotentRequest of(
      String requestId, String userId, String key, String fingerprint) {
    String scoped = userId.length() + ":" + userId + ':' + key;
    return new IdempotentRequest(requestId, userId, KeyId.hash(scoped), fingerprint);
  }
}
