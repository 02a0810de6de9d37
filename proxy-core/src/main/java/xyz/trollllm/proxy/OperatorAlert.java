package xyz.trollllm.proxy;

import java.time.Duration;

/** What an operator has to act upon. Holds no key. */
public sealed interface OperatorAlert {

  /**
   * An upstream refused one of the operator's keys, or the money behind it is used up.
   *
   * @param keyId {@code sha256:} and 16 hexadecimal digits of the key
   * @param status what the upstream answered
   * @param rest how long other keys go first
   */
  record KeyRefused(String upstream, String keyId, int status, Duration rest)
      implements OperatorAlert {}

  /** No key of an upstream is left that was not refused lately: its models fail. */
  record AllKeysRefused(String upstream, int keys, Duration rest) implements OperatorAlert {}
}
