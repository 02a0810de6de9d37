package xyz.trollllm.it;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import xyz.trollllm.config.Api;

/** The client libraries that have to work, unmodified. Versions are pinned where they are named. */
enum ClientLibrary {
  JAVA_ANTHROPIC(Api.ANTHROPIC_MESSAGES, JavaAnthropicClient::new),
  JAVA_OPENAI(Api.OPENAI_CHAT, JavaOpenAiClient::new),
  NODE_ANTHROPIC(Api.ANTHROPIC_MESSAGES, () -> node("anthropic")),
  NODE_ANTHROPIC_0X(Api.ANTHROPIC_MESSAGES, () -> node("anthropic-0x")),
  NODE_OPENAI(Api.OPENAI_CHAT, () -> node("openai")),
  PYTHON_ANTHROPIC(Api.ANTHROPIC_MESSAGES, () -> python(true, "anthropic")),
  PYTHON_ANTHROPIC_0X(Api.ANTHROPIC_MESSAGES, () -> python(false, "anthropic")),
  PYTHON_OPENAI(Api.OPENAI_CHAT, () -> python(true, "openai")),
  PYTHON_OPENAI_2(Api.OPENAI_CHAT, () -> python(false, "openai")),
  LITELLM_ANTHROPIC(Api.ANTHROPIC_MESSAGES, () -> python(false, "litellm-anthropic")),
  LITELLM_OPENAI(Api.OPENAI_CHAT, () -> python(false, "litellm-openai")),
  /** As OpenHands asks: the base URL without {@code /v1}. */
  LITELLM_PROXY(Api.OPENAI_CHAT, () -> python(false, "litellm-proxy"));

  private static final Map<ClientLibrary, ClientUnderTest> STARTED = new ConcurrentHashMap<>();

  private final Api api;
  private final Supplier<ClientUnderTest> start;

  ClientLibrary(Api api, Supplier<ClientUnderTest> start) {
    this.api = api;
    this.start = start;
  }

  private static ClientUnderTest node(String library) {
    return ScriptClient.start(ClientInstall.node(), library);
  }

  private static ClientUnderTest python(boolean newest, String library) {
    return ScriptClient.start(ClientInstall.python(newest), library);
  }

  /** Which API it calls. */
  Api api() {
    return api;
  }

  boolean isLiteLlm() {
    return name().startsWith("LITELLM");
  }

  boolean isJava() {
    return name().startsWith("JAVA");
  }

  /** The base URL that its users are told to set. */
  String baseUrl(URI server) {
    return api == Api.ANTHROPIC_MESSAGES || this == LITELLM_PROXY
        ? server.toString()
        : server + "/v1";
  }

  /**
   * Runs a job; the first one starts the library.
   *
   * @throws org.opentest4j.TestAbortedException if a program for it is missing here
   */
  ClientReport run(ClientJob job) {
    return STARTED.computeIfAbsent(this, library -> library.start.get()).run(job);
  }

  /** Counts of an answer's tokens as the library reports them to its user. */
  ReportedUsage.Style usageStyle() {
    return api == Api.ANTHROPIC_MESSAGES && !isLiteLlm()
        ? ReportedUsage.Style.ANTHROPIC
        : ReportedUsage.Style.OPENAI;
  }
}
