package xyz.trollllm.proxy;

import java.nio.ByteBuffer;
import xyz.trollllm.proxy.upstream.Upstream;
import xyz.trollllm.proxy.upstream.UpstreamFailure;

/**
 * Stands between a call and those who call it back, so that a bug in any step ends the call, its
 * money settled, instead of leaving it to hang.
 */
final class CallGuard implements StepGuard, Upstream.Listener, ClientExchange.Listener {
  private final ProxyCall call;

  CallGuard(ProxyCall call) {
    this.call = call;
  }

  @Override
  public void onHead(int status, Headers headers) {
    step(() -> call.onHead(status, headers));
  }

  @Override
  public void onBytes(ByteBuffer bytes) {
    step(() -> call.onBytes(bytes));
  }

  @Override
  public void onEnd() {
    step(call::onEnd);
  }

  @Override
  public void onFailure(UpstreamFailure failure) {
    step(() -> call.onFailure(failure));
  }

  @Override
  public void onWritable() {
    step(call::onWritable);
  }

  @Override
  public void onGone() {
    step(call::onGone);
  }

  @Override
  public void onStop() {
    step(call::onStop);
  }

  @Override
  public void crashed(Throwable bug) {
    call.crashed(bug);
  }
}
