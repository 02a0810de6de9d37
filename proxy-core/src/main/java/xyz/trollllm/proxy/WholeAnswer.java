package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import xyz.trollllm.config.Api;
import xyz.trollllm.proxy.admission.Rejection;

/**
 * An answer that is there as a whole. Immutable, its body's contents included.
 *
 * @param body read-only or not to be changed; without bytes if there is none
 */
public record WholeAnswer(int status, Headers headers, ByteBuffer body) {
  static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

  /**
   * A refusal in the product's one shape, for servers beside the proxy.
   *
   * @param requestId told in the body; see {@link #identified} for the header fields
   */
  public static WholeAnswer refusing(ProxyRequest request, Rejection reason, String requestId) {
    Api words = Endpoint.of(request.path()).wordsFor(request);
    return ErrorAnswer.of(reason).whole(words, requestId);
  }

  /** The same answer with the id of its request in its header fields. */
  public WholeAnswer identified(String requestId) {
    return new WholeAnswer(
        status, HeaderRules.identified(headers.toBuilder(), requestId).build(), body);
  }

  void send(ClientExchange client, String requestId) {
    client.sendHead(status, identified(requestId).headers(), body.remaining());
    if (body.hasRemaining()) {
      client.write(body.duplicate());
    }
    client.end();
  }
}
