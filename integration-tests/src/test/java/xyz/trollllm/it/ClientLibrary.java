package xyz.trollllm.it;

import java.net.URI;
import xyz.trollllm.config.Api;

/** The client libraries that have to work, unmodified. Versions are pinned where they are named. */
enum ClientLibrary {
  JAVA_ANTHROPIC(Api.ANTHROPIC_MESSAGES, ClientRuntime.JAVA, "anthropic"),
  JAVA_OPENAI(Api.OPENAI_CHAT, ClientRuntime.JAVA, "openai"),
  NODE_ANTHROPIC(Api.ANTHROPIC_MESSAGES, ClientRuntime.NODE, "anthropic"),
  NODE_ANTHROPIC_0X(Api.ANTHROPIC_MESSAGES, ClientRuntime.NODE, "anthropic-0x"),
  NODE_OPENAI(Api.OPENAI_CHAT, ClientRuntime.NODE, "openai"),
  PYTHON_ANTHROPIC(Api.ANTHROPIC_MESSAGES, ClientRuntime.NEWEST_PYTHON, "anthropic"),
  PYTHON_ANTHROPIC_0X(Api.ANTHROPIC_MESSAGES, ClientRuntime.OLDER_PYTHON, "anthropic"),
  PYTHON_OPENAI(Api.OPENAI_CHAT, ClientRuntime.NEWEST_PYTHON, "openai"),
  PYTHON_OPENAI_2(Api.OPENAI_CHAT, ClientRuntime.OLDER_PYTHON, "openai"),
  LITELLM_ANTHROPIC(Api.ANTHROPIC_MESSAGES, ClientRuntime.OLDER_PYTHON, "litellm-anthropic"),
  LITELLM_OPENAI(Api.OPENAI_CHAT, ClientRuntime.OLDER_PYTHON, "litellm-openai"),
  /** As OpenHands asks: the base URL without {@code /v1}. */
  LITELLM_PROXY(Api.OPENAI_CHAT, ClientRuntime.OLDER_PYTHON, "litellm-proxy");

  private final Api api;
  private final ClientRuntime runtime;
  private final String library;

  ClientLibrary(Api api, ClientRuntime runtime, String library) {
    this.api = api;
    this.runtime = runtime;
    this.library = library;
  }

  /** Which API it calls. */
  Api api() {
    return api;
  }

  boolean isLiteLlm() {
    return name().startsWith("LITELLM");
  }

  boolean isJava() {
    return runtime == ClientRuntime.JAVA;
  }

  /** The base URL that its users are told to set. */
  String baseUrl(URI server) {
    boolean withoutPath = api == Api.ANTHROPIC_MESSAGES || this == LITELLM_PROXY;
    return withoutPath ? server.toString() : server + "/v1";
  }

  /**
   * Runs a job; the first one starts the language's runtime.
   *
   * @throws org.opentest4j.TestAbortedException if a program for it is missing here
   */
  ClientReport run(ClientJob job) {
    return runtime.client().run(library, job);
  }

  /** How it counts an answer's tokens for its user. */
  ReportedUsage.Style usageStyle() {
    return api == Api.ANTHROPIC_MESSAGES && !isLiteLlm()
        ? ReportedUsage.Style.ANTHROPIC
        : ReportedUsage.Style.OPENAI;
  }
}
