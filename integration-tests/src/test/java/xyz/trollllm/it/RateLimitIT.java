package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Limits belong to an instance: what one refuses, the other still serves. A minute may end between
 * two requests, so each test sends more than two minutes' worth.
 */
final class RateLimitIT {
  private static final int PER_USER = 4;
  private static final int TO_UPSTREAM = 6;

  @RegisterExtension static final Stage STAGE = new Stage();

  private static RunningGateway limitsUsers;
  private static RunningGateway limitsRequests;
  private static RunningGateway limitsTokens;

  @BeforeAll
  static void startThoseWithLimits() {
    limitsUsers =
        start(
            ConfigCopy.of(
                RunningGateway.CHAT,
                config -> config.putObject("rate_limit").put("requests_per_minute", PER_USER)));
    limitsRequests =
        start(ConfigCopy.ofUpstream(RunningGateway.CHAT, "requests_per_minute", TO_UPSTREAM));
    limitsTokens = start(ConfigCopy.ofUpstream(RunningGateway.CHAT, "tokens_per_minute", 50));
  }

  private static RunningGateway start(String config) {
    return STAGE.start(config, RunningGateway.environment(STAGE.upstream()));
  }

  @Test
  @DisplayName("R5: a user's limit at one instance neither touches another user nor the other one")
  void limitOfAUser() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    Store.User other = STAGE.store().newUser(10, 10);

    List<HttpResponse<String>> refused = refused(limitsUsers, user, 2 * PER_USER + 1);

    assertThat(refused).isNotEmpty().allSatisfy(answer -> assertRefused(answer, "rate_limited"));
    assertThat(ask(limitsUsers, other).statusCode()).isEqualTo(200);
    assertThat(ask(STAGE.chat2(), user).statusCode()).isEqualTo(200);
  }

  @Test
  @DisplayName("R8: an instance sends its upstream no more requests a minute than its part")
  void requestsToAnUpstream() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);
    int before = STAGE.upstream().served().size();

    List<HttpResponse<String>> refused = refused(limitsRequests, user, 2 * TO_UPSTREAM + 1);

    assertThat(refused)
        .isNotEmpty()
        .allSatisfy(answer -> assertRefused(answer, "upstream_allowance_used_up"));
    assertThat(STAGE.upstream().served()).hasSize(before + 2 * TO_UPSTREAM + 1 - refused.size());
    assertThat(ask(STAGE.chat2(), user).statusCode()).isEqualTo(200);
  }

  @Test
  @DisplayName("R8: an instance uses no more of its upstream's tokens a minute than its part")
  void tokensOfAnUpstream() throws Exception {
    Store.User user = STAGE.store().newUser(10, 10);

    List<HttpResponse<String>> refused = refused(limitsTokens, user, 9);

    assertThat(refused)
        .isNotEmpty()
        .allSatisfy(answer -> assertRefused(answer, "upstream_allowance_used_up"));
    assertThat(ask(STAGE.chat2(), user).statusCode()).isEqualTo(200);
  }

  private static List<HttpResponse<String>> refused(
      RunningGateway gateway, Store.User user, int requests)
      throws IOException, InterruptedException {
    List<HttpResponse<String>> refused = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      HttpResponse<String> answer = ask(gateway, user);
      if (answer.statusCode() != 200) {
        refused.add(answer);
      }
    }
    return refused;
  }

  private static HttpResponse<String> ask(RunningGateway gateway, Store.User user)
      throws IOException, InterruptedException {
    return Http.post(gateway, user.key(), Ask.answer(Ask.HAIKU));
  }

  private static void assertRefused(HttpResponse<String> answer, String code) {
    assertThat(answer.statusCode()).isEqualTo(429);
    assertThat(Http.json(answer).at("/error/code").stringValue()).isEqualTo(code);
    assertThat(answer.headers().firstValueAsLong("retry-after").orElse(0)).isBetween(1L, 60L);
  }
}
