package xyz.trollllm.it;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;
import org.junit.jupiter.params.provider.ValueSource;

/** Client libraries find out what there is and how long a prompt is, for nothing. */
class ClientEndpointsIT {
  @RegisterExtension static final Stage STAGE = new Stage();

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_NONE, names = "LITELLM.*")
  @DisplayName("R2: every library lists the models, and finds one of them")
  void models(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport report = library.run(job(library, user).scenario("models"));

    assertThat(report.error().isMissingNode()).as(report.toString()).isTrue();
    assertThat(report.json().path("models").valueStream().map(id -> id.stringValue()))
        .contains(Ask.OPUS, Ask.SONNET, Ask.HAIKU);
    assertThat(report.json().path("model").stringValue()).isEqualTo(Ask.SONNET);
    assertThat(STAGE.store().records(user)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(mode = Mode.MATCH_ANY, names = "(JAVA|NODE|PYTHON)_ANTHROPIC(_0X)?")
  @DisplayName("R2: counting tokens is free, and tells what an answer is charged for")
  void countTokens(ClientLibrary library) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport counted = library.run(job(library, user).scenario("count_tokens"));
    assertThat(STAGE.store().records(user)).isEmpty();
    ClientReport answered = library.run(job(library, user));

    assertThat(counted.error().isMissingNode()).as(counted.toString()).isTrue();
    long prompt =
        ReportedUsage.of(library.usageStyle(), answered.answers().getFirst().path("usage"))
            .totalInput();
    assertThat(counted.json().path("tokens").longValue()).isEqualTo(prompt);
  }

  @ParameterizedTest
  @ValueSource(strings = {"openhands/", "litellm_proxy/"})
  @DisplayName("R2: prefixes that OpenHands' users write before a model's id are understood")
  void prefixes(String prefix) {
    Store.User user = STAGE.store().newUser(10, 10);

    ClientReport report =
        ClientLibrary.LITELLM_PROXY.run(
            job(ClientLibrary.LITELLM_PROXY, user).model(prefix + Ask.SONNET));

    new ClientBooks(STAGE.chat(), STAGE.store(), Ask.SONNET, "1.06", "creditsNew")
        .assertCharged(user, ReportedUsage.Style.OPENAI, report);
  }

  private static ClientJob job(ClientLibrary library, Store.User user) {
    return ClientJob.answer(library.baseUrl(STAGE.chat().url()), user.key());
  }
}
