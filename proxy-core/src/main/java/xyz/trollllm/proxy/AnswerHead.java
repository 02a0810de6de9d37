package xyz.trollllm.proxy;

/**
 * The head of an answer as the client gets it.
 *
 * @param length of the body, -1 if unknown
 */
record AnswerHead(int status, Headers headers, long length) {

  void send(ClientExchange client) {
    client.sendHead(status, headers, length);
  }

  /** The head of the same answer, now that its length and its charge are known. */
  AnswerHead charged(String usd, long knownLength) {
    return new AnswerHead(
        status, headers.toBuilder().set(HeaderRules.CHARGE, usd).build(), knownLength);
  }
}
