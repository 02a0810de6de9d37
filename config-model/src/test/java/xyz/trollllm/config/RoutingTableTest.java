package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static xyz.trollllm.config.TestConfigs.load;
import static xyz.trollllm.config.TestConfigs.minimalWith;

import java.util.List;
import org.junit.jupiter.api.Test;

class RoutingTableTest {
  @Test
  void whatIsNotKnownIsADash() {
    String json = minimalWith("https://up.example/", "http://127.0.0.1:8080/");

    assertThat(RoutingTable.render(List.of(load(json))))
        .isEqualTo(
            """
            domain  container  port  model   upstream   upstream host   credit field  multiplier  \
            input  output  write 5m  write 1h   hit  web search
            -       -          8004  sonnet  openhands  127.0.0.1:8080  credits             1.06  \
             3.00   15.00      3.75      6.00  0.30           -
            Prices are US dollars per million tokens, fees US dollars per use; both before the \
            multiplier.
            """);
  }
}
