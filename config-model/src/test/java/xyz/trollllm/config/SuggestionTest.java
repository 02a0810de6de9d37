package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SuggestionTest {
  private static final List<String> KNOWN = List.of("port", "ops_port", "instance");

  @ParameterizedTest
  @CsvSource({
    "prt, port",
    "prot, port",
    "opsport, ops_port",
    "ops-port, ops_port",
    "instances, instance"
  })
  void nearestWordIsSuggested(String written, String suggested) {
    assertThat(Suggestion.among(KNOWN, written)).isEqualTo("; did you mean \"" + suggested + "\"?");
  }

  @Test
  void wordThatIsFarFromAllSuggestsNothing() {
    assertThat(Suggestion.among(KNOWN, "temperature")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "'', '', 0",
    "abc, '', 3",
    "'', abc, 3",
    "kitten, sitting, 3",
    "ab, ba, 1",
    "ca, abc, 3"
  })
  void distanceCountsEditsOfOneLetter(String a, String b, int edits) {
    assertThat(Suggestion.distance(a, b)).isEqualTo(edits);
  }
}
