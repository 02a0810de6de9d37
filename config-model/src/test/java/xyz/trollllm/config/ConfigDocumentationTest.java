package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ConfigDocumentationTest {
  private static final Pattern KEY = Pattern.compile("(?m)^\\| `([^`]+)` \\|");

  @ParameterizedTest
  @EnumSource
  void tableOfASectionListsItsKeysInOrder(ConfigSection section) throws IOException {
    String document = Files.readString(Path.of("../docs/config.md"));
    String heading = "\n## " + heading(section) + "\n";
    assertThat(document).containsOnlyOnce(heading);
    String from = document.substring(document.indexOf(heading) + heading.length());
    String chapter = from.substring(0, from.indexOf("\n## "));

    List<String> documented =
        KEY.matcher(chapter).results().map((MatchResult key) -> key.group(1)).toList();

    assertThat(documented).isEqualTo(section.keys());
  }

  private static String heading(ConfigSection section) {
    return switch (section) {
      case INSTANCE -> "Top level";
      case JOURNAL -> "journal";
      case RATE_LIMIT -> "rate_limit";
      case STORE_OUTAGE -> "store_outage";
      case ENDPOINT -> "endpoints[]";
      case UPSTREAM -> "upstreams[]";
      case MODEL -> "models[]";
      case LONG_CONTEXT_TIER -> "long_context_tiers[]";
      case REQUEST_FEES -> "request_fees";
      case PRICE_FACTORS -> "price_factors";
      case FAST_PRICES -> "fast_prices";
      case MAX_MEDIA_TOKENS -> "max_media_tokens";
      case DRAIN_AFTER_DISCONNECT -> "drain_after_disconnect";
    };
  }
}
