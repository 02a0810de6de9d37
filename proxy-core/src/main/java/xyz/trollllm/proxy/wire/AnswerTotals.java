package xyz.trollllm.proxy.wire;

/** What the documents of one answer say together, by the rules of one API. */
interface AnswerTotals<D extends AnswerDocument> {
  /** Adds a document; {@code eventName} is empty if it came without one. */
  void add(String eventName, D document);

  /** The answer reported its end. */
  void end();

  /** An independent copy, to try on a document that may still go on. */
  AnswerTotals<D> copy();

  boolean sawContent();

  boolean sawEnd();

  boolean sawError();

  /** What was used; {@code abandoned} says that it was the client who ended the answer. */
  Metered metered(boolean abandoned);
}
