package xyz.trollllm.it;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/**
 * Both instances of the built artifact between clients, a stand-in upstream and a store, for the
 * tests of one class; the books are audited after each of them, and the stored records at the end.
 */
final class Stage implements BeforeAllCallback, AfterEachCallback, AfterAllCallback {
  private final List<RunningGateway> all = new CopyOnWriteArrayList<>();
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
    all.add(running.chat);
    all.add(running.chat2);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Books.audit(store(), all);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    Books.auditRecords(store(), all);
    all.forEach(RunningGateway::close);
    running().upstream.close();
    running().store.close();
  }

  private Running running() {
    if (running == null) {
      throw new IllegalStateException("used before the tests began");
    }
    return running;
  }

  /** Starts another instance on the same store; it is audited and stopped like the two. */
  RunningGateway start(String config, Map<String, String> environment) {
    RunningGateway another = RunningGateway.start(config, store(), environment);
    all.add(another);
    return another;
  }

  /** A user with credit in both fields, and an upstream that answers as it should. */
  Store.User begin() {
    upstreamDoes(Behaviour.answers());
    return store().newUser(10, 10);
  }

  /** Has the upstream treat every request from now on like this. */
  void upstreamDoes(Behaviour behaviour) {
    upstream().follow(Script.always(behaviour));
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
