package xyz.trollllm.config;

/** What happens to a request whose balance covers less than the longest answer it asks for. */
public enum LowBalance {
  /** It is refused with 402. */
  REFUSE,

  /** It is forwarded with the longest answer that the balance covers. */
  LOWER_MAX_TOKENS
}
