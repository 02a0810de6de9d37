package xyz.trollllm.config;

/** Whether an upstream counts cached prompt tokens inside or beside its count of input tokens. */
public enum UsageSemantics {
  /** Told from the numbers of each answer. */
  AUTO,

  /** Input tokens are those no cache served or stored, as Anthropic documents. */
  EXCLUSIVE,

  /** Input tokens include cached ones, as OpenAI documents. */
  INCLUSIVE
}
