package xyz.trollllm.proxy.wire;

/** Collects what one JSON document of an answer says. Used again for the next one. */
interface AnswerDocument {
  /** The reader whose findings are collected here. */
  JsonTap<?> tap();

  /** Forgets everything, for another document. */
  void clear();
}
