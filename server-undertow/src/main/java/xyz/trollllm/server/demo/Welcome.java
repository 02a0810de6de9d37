package xyz.trollllm.server.demo;

import xyz.trollllm.config.Api;
import xyz.trollllm.config.ModelConfig;
import xyz.trollllm.server.demo.Demo.Running;

/** What is printed when the demo has started. */
final class Welcome {
  private Welcome() {}

  static String text(Demo demo) {
    StringBuilder text = new StringBuilder("\n");
    for (Running running : demo.instances()) {
      text.append(instance(running));
    }
    text.append("%-18s %s%n".formatted("prices of both", demo.pricePage()));
    text.append(
        "\nAll of it runs in this process; the upstream is a stand-in that costs nothing.\n");
    text.append(call(demo, demo.instances().getFirst(), Api.ANTHROPIC_MESSAGES));
    text.append(call(demo, demo.instances().getLast(), Api.OPENAI_CHAT));
    text.append("\nWhat the user has left, after each call:\n\n");
    text.append("MONGODB_URI=").append(demo.databaseUri());
    text.append(" ./gateway user show ").append(demo.account().name()).append("\n");
    text.append("\nCtrl-C stops. Balances are kept for the next time.\n\n");
    return text.toString();
  }

  private static String instance(Running running) {
    int port = running.instance().clientPort();
    String moved =
        running.otherPort() ? " (port %d is taken)".formatted(running.config().port()) : "";
    return "%-18s http://127.0.0.1:%d%s%n".formatted(running.config().service(), port, moved);
  }

  private static String call(Demo demo, Running running, Api api) {
    ModelConfig model = running.config().models().getFirst();
    SampleCall call =
        new SampleCall(api, model, running.instance().clientPort(), demo.account().key());
    String cost =
        demo.usesStandIn(running.config(), api)
            ? "costs " + call.cost() + " USD"
            : "costs what the upstream reports";
    String apiName =
        switch (api) {
          case ANTHROPIC_MESSAGES -> "Anthropic";
          case OPENAI_CHAT, OPENAI_RESPONSES, OPENAI_EMBEDDINGS -> "OpenAI";
        };
    return "%nPaste this (%s API): it %s, taken from %s%n%n%s%n"
        .formatted(apiName, cost, model.creditField().balanceField(), call.command());
  }
}
