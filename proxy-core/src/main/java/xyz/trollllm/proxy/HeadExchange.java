package xyz.trollllm.proxy;

import java.nio.ByteBuffer;

/** The client of a HEAD request: gets the head that a GET would get, and no body. */
record HeadExchange(ClientExchange client) implements ClientExchange {
  @Override
  public void listen(Listener listener) {
    client.listen(listener);
  }

  @Override
  public void sendHead(int status, Headers headers, long contentLength) {
    client.sendHead(status, headers, contentLength);
  }

  @Override
  public boolean write(ByteBuffer bytes) {
    return true;
  }

  @Override
  public void end() {
    client.end();
  }

  @Override
  public void reset() {
    client.reset();
  }

  @Override
  public void over() {
    client.over();
  }
}
