package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/**
 * The client's side of one call, as the embedding server provides it. All methods are called on the
 * call's {@link EventLoop} and never block.
 *
 * <p>Calls come in this order: {@link #listen}, {@link #sendHead} once, {@link #write} any number
 * of times, then one of {@link #end} and {@link #reset}; {@link #reset} may come at any time.
 * {@link #over} comes last, whatever came before.
 */
public interface ClientExchange {

  /** Who wants to know of this client. Called before anything is sent. */
  void listen(Listener listener);

  /**
   * Sends status and headers.
   *
   * @param contentLength the body's length if known, else -1
   */
  void sendHead(int status, Headers headers, long contentLength);

  /**
   * Takes all remaining bytes: sends what the connection accepts and keeps a copy of the rest.
   *
   * @return whether more may be written at once; if not, {@link Listener#onWritable} will be called
   */
  boolean write(ByteBuffer bytes);

  /** The answer is complete. */
  void end();

  /** The answer will never be complete: the connection is cut so that the client can tell. */
  void reset();

  /**
   * The call is over and its money settled: it needs neither exchange nor loop any more. Comes
   * after the client's departure if the upstream's answer is read on without it.
   */
  void over();

  /** Told on the call's event loop, never from inside a method of the exchange. */
  interface Listener {
    /** Everything written so far was taken by the connection. */
    void onWritable();

    /** The client went away; nothing can be sent any more. */
    void onGone();

    /**
     * As {@link #onGone}, and the call must be over when this returns: its loop is about to end.
     */
    default void onStop() {
      onGone();
    }
  }
}
