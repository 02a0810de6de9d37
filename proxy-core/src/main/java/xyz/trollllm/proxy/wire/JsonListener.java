package xyz.trollllm.proxy.wire;

/** Is told what stands at the registered paths of a document, in the document's order. */
interface JsonListener<F> {
  void scalar(F field, JsonScalar value);

  /** More characters of a counted string; Unicode code points after decoding. */
  void text(F field, long characters);

  /** An object or an array begins. */
  void opened(F field);

  /** The object or array that was opened last under this field is over. */
  void closed(F field);
}
