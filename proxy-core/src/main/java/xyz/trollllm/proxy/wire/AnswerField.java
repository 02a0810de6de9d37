package xyz.trollllm.proxy.wire;

/** What is read of the answers of one API. Implemented by enums. */
interface AnswerField {
  /** What becomes of a field's values, in whatever API. */
  enum Role {
    /** The model that answers. */
    MODEL,
    /** An error, if it is not null. */
    ERROR,
    /** Text whose length stands for tokens if they are not reported. */
    TEXT,
    /** The object that holds usage. */
    USAGE,
    /** A count in it. */
    COUNT,
    /** A name in it. */
    NAME,
    /** Something only the API's own document knows what to do with. */
    OWN
  }

  Role role();
}
