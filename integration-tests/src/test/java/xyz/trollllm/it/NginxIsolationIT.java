package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.it.Eventually.eventually;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import xyz.trollllm.config.Api;
import xyz.trollllm.server.standin.Behaviour;
import xyz.trollllm.server.standin.Delivery;
import xyz.trollllm.server.standin.Gate;
import xyz.trollllm.server.standin.Script;
import xyz.trollllm.server.standin.StandInUpstream;

/** Whatever becomes of one instance behind nginx, the other serves all of its requests. */
final class NginxIsolationIT {
  private static final int REQUESTS = 40;
  private static final int WAITING = 20;

  private final NameServer names =
      NameServer.start()
          .with(Nginx.CHAT_SERVICE, "127.0.0.1")
          .with(Nginx.CHAT2_SERVICE, "127.0.0.1");
  private Store store;
  private StandInUpstream upstream;
  private StandInUpstream troubled;
  private RunningGateway chat;
  private RunningGateway chat2;
  private Nginx nginx;
  private DomainClient client;
  private Store.User user;

  /** What becomes of chat, and how it is over. */
  enum Trouble {
    STOPPED,
    KILLED,
    HUNG {
      @Override
      void begin(NginxIsolationIT test) {
        signal(test.chat, "STOP");
      }

      @Override
      void end(NginxIsolationIT test) {
        signal(test.chat, "CONT");
      }
    },
    UPSTREAM_SILENT {
      @Override
      void begin(NginxIsolationIT test) {
        test.troubled.follow(Script.always(new Behaviour.Hangs()));
      }

      @Override
      void end(NginxIsolationIT test) {
        test.chat.kill(); // with it ends the waiting
      }
    };

    void begin(NginxIsolationIT test) {
      if (this == STOPPED) {
        test.chat.terminate();
      } else {
        test.chat.kill();
      }
    }

    void end(NginxIsolationIT test) {}

    private static void signal(RunningGateway gateway, String name) {
      String pid = Long.toString(gateway.process().pid());
      assertThat(Programs.finish(Map.of(), List.of("kill", "-" + name, pid)).exitCode()).isZero();
    }
  }

  @BeforeEach
  void begin() {
    store = Store.start();
    user = store.newUser(10, 10);
    upstream = StandInUpstream.start();
    troubled = StandInUpstream.start();
    Map<String, String> ofChat = new HashMap<>(RunningGateway.environment(troubled));
    chat = RunningGateway.start(RunningGateway.CHAT, store, ofChat);
    chat2 = RunningGateway.start(RunningGateway.CHAT2, store, upstream);
    nginx = Nginx.start(names, chat.url().getPort(), chat2.url().getPort());
    client = DomainClient.of(nginx);
  }

  @AfterEach
  void end() {
    nginx.close();
    chat.close();
    chat2.close();
    upstream.close();
    troubled.close();
    store.close();
    names.close();
  }

  @ParameterizedTest
  @EnumSource
  @DisplayName("R4: while one instance is in trouble, the other serves 100 % of its requests")
  void otherServesAll(Trouble trouble) throws Exception {
    Gate gate = new Gate();
    upstream.follow(Script.always(new Behaviour.Answers(Delivery.IMMEDIATE.holdingEvent(5, gate))));
    try (Response underWay =
        client.open(
            client.request(
                Nginx.CHAT2, Api.ANTHROPIC_MESSAGES, user.key(), Ask.stream(Ask.HAIKU)))) {
      underWay.body().source().readUtf8LineStrict();
      upstream.follow(Script.always(Behaviour.answers()));

      trouble.begin(this);
      List<CompletableFuture<Integer>> atTroubled = new ArrayList<>();
      for (int i = 0; i < WAITING; i++) {
        CompletableFuture<Integer> status = new CompletableFuture<>();
        atTroubled.add(status);
        Threads.start(() -> status.complete(status(Nginx.CHAT)));
      }
      List<Integer> served = new ArrayList<>();
      for (int i = 0; i < REQUESTS; i++) {
        served.add(status(Nginx.CHAT2));
      }
      gate.open();
      String rest = underWay.body().source().readUtf8();
      trouble.end(this);

      assertThat(served).hasSize(REQUESTS).containsOnly(200);
      assertThat(rest).contains("message_stop");
      assertThat(atTroubled)
          .extracting(CompletableFuture::join)
          .allMatch(status -> trouble == Trouble.HUNG ? status == 200 : status >= 502);
      eventually(() -> charges(chat2) == REQUESTS + 1, () -> "charges of chat2: " + charges(chat2));
    }
  }

  private int status(String domain) {
    try {
      return client.post(domain, user.key(), Ask.answer(Ask.HAIKU)).status();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long charges(RunningGateway gateway) {
    return gateway.requestLog().stream()
        .filter(line -> line.path("credit_field").asString("").equals("credits"))
        .count();
  }
}
