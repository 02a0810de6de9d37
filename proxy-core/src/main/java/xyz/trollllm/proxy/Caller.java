package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import xyz.trollllm.config.Api;

/** Who is answered, in the words of which API, under which request id. */
record Caller(ClientExchange client, Api api, String requestId) {

  /** Sends an error as the whole answer. */
  void send(ErrorAnswer error) {
    error.send(client, api, requestId);
  }

  /** Sends an error as the whole answer; if that fails too, the connection is cut. */
  void sendOrReset(ErrorAnswer error) {
    try {
      send(error);
    } catch (RuntimeException sentInPart) {
      client.reset();
    }
  }

  /** An error as the last event of a stream, after so many others. */
  ByteBuffer event(ErrorAnswer error, long events) {
    return ErrorBody.event(api, error, requestId, events);
  }
}
