package xyz.trollllm.proxy;

import java.io.IOException;
import java.io.OutputStream;

/** The answer's way to the client on a server that gives every request a thread of its own. */
public interface BlockingResponse {

  /**
   * Sends the head and returns the stream for the body, which is flushed after each write and
   * closed when the answer is complete.
   *
   * @param contentLength the body's length if known, else -1
   */
  OutputStream begin(int status, Headers headers, long contentLength) throws IOException;

  /** Cuts the connection, so that the client cannot take what it has for a complete answer. */
  void abort();
}
