package xyz.trollllm.it;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Both instances of the built artifact between clients, a stand-in upstream and a store, for the
 * tests of one class; the books are audited after each of them, and the stored records at the end.
 */
final class Stage implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private @Nullable Running running;

  private record Running(
      Store store, StandInUpstream upstream, RunningGateway chat, RunningGateway chat2) {}

  @Override
  public void beforeAll(ExtensionContext context) {
    Store store = Store.start();
    StandInUpstream upstream = StandInUpstream.start();
    running =
        new Running(
            store,
            upstream,
            RunningGateway.start(RunningGateway.CHAT, store, upstream),
            RunningGateway.start(RunningGateway.CHAT2, store, upstream));
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Books.audit(store(), chat(), chat2());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Books.auditRecords(store(), chat(), chat2());
    running().chat.close();
    running().chat2.close();
    running().upstream.close();
    running().store.close();
  }

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("used before the tests began");
    }
    return running;
  }

  Store store() {
    return running().store;
  }

  StandInUpstream upstream() {
    return running().upstream;
  }

  /** What chat.trollllm.xyz leads to: pays from {@code creditsNew}. */
  RunningGateway chat() {
    return running().chat;
  }

  /** What chat2.trollllm.xyz leads to: pays from {@code credits}. */
  RunningGateway chat2() {
    return running().chat2;
  }
}
