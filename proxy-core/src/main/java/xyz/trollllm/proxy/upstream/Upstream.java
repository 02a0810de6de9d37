package xyz.trollllm.proxy.upstream;

import java.nio.ByteBuffer;
import xyz.trollllm.proxy.EventLoop;
import xyz.trollllm.proxy.Headers;

/**
 * One upstream with its own bounded pool of connections and its own time limits.
 *
 * <p>Safe for use by many threads; each transfer is confined to the event loop it was opened with.
 * Nothing blocks: names are resolved and TLS is computed on other threads. Redirects are not
 * followed and nothing is ever sent twice.
 */
public interface Upstream extends AutoCloseable {

  /**
   * Sends a request. Must be called on {@code loop}; {@code listener} is called there, never before
   * this method has returned.
   */
  Transfer open(UpstreamRequest request, EventLoop loop, Listener listener);

  /** Closes idle connections and lets running transfers fail. */
  @Override
  void close();

  /**
   * Hears of one transfer: first {@link #onHead}, then {@link #onBytes} any number of times, then
   * {@link #onEnd}; or {@link #onFailure} at any point, after which nothing more comes.
   */
  interface Listener {
    /** The answer's status and headers; informational answers (1xx) are swallowed. */
    void onHead(int status, Headers headers);

    /** Bytes of the body, transfer coding removed. The buffer is valid during this call only. */
    void onBytes(ByteBuffer bytes);

    /** The body is complete, as the transfer coding or the content length proves. */
    void onEnd();

    void onFailure(UpstreamFailure failure);
  }

  /** A request under way. All methods are called on its event loop. */
  interface Transfer {
    /** Stops reading until {@link #resume}: at most what was already read is still delivered. */
    void pause();

    void resume();

    /** Gives up at once: the connection is closed and the listener hears nothing more. */
    void cancel();
  }
}
