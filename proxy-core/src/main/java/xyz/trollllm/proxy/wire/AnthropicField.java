package xyz.trollllm.proxy.wire;

/**
 * What is read of Anthropic's messages and events. Usage stands in {@code message.usage} in {@code
 * message_start} and in {@code usage} everywhere else; no document has both.
 */
enum AnthropicField implements AnswerField {
  TYPE(Role.OWN),
  MODEL(Role.MODEL),
  ERROR(Role.ERROR),
  BLOCK_TYPE(Role.OWN),
  TEXT(Role.TEXT),
  USAGE(Role.USAGE),
  INPUT(Role.COUNT),
  OUTPUT(Role.COUNT),
  CACHE_WRITE(Role.COUNT),
  CACHE_WRITE_5M(Role.COUNT),
  CACHE_WRITE_1H(Role.COUNT),
  CACHE_HIT(Role.COUNT),
  WEB_SEARCHES(Role.COUNT),
  WEB_FETCHES(Role.COUNT),
  SERVICE_TIER(Role.NAME),
  SPEED(Role.NAME),
  GEO(Role.NAME),
  ITERATIONS(Role.OWN),
  ITERATION(Role.OWN),
  ITERATION_TYPE(Role.OWN),
  ITERATION_MODEL(Role.OWN),
  ITERATION_INPUT(Role.OWN),
  ITERATION_OUTPUT(Role.OWN),
  ITERATION_CACHE_WRITE(Role.OWN),
  ITERATION_CACHE_WRITE_5M(Role.OWN),
  ITERATION_CACHE_WRITE_1H(Role.OWN),
  ITERATION_CACHE_HIT(Role.OWN);

  static final JsonPaths<AnthropicField> PATHS = paths();

  private final Role role;

  AnthropicField(Role role) {
    this.role = role;
  }

  @Override
  public Role role() {
    return role;
  }

  private static JsonPaths<AnthropicField> paths() {
    JsonPaths.Builder<AnthropicField> paths = JsonPaths.builder();
    paths
        .value("type", TYPE)
        .value("model", MODEL)
        .value("message.model", MODEL)
        .value("error", ERROR)
        .text("delta.text", TEXT)
        .text("delta.partial_json", TEXT)
        .text("delta.thinking", TEXT);
    block(paths, "content_block");
    block(paths, "content.*");
    usage(paths, "usage");
    usage(paths, "message.usage");
    return paths.build();
  }

  private static void block(JsonPaths.Builder<AnthropicField> paths, String block) {
    paths
        .value(block + ".type", BLOCK_TYPE)
        .text(block + ".text", TEXT)
        .text(block + ".thinking", TEXT)
        .text(block + ".name", TEXT);
  }

  private static void usage(JsonPaths.Builder<AnthropicField> paths, String usage) {
    paths
        .value(usage, USAGE)
        .value(usage + ".input_tokens", INPUT)
        .value(usage + ".output_tokens", OUTPUT)
        .value(usage + ".cache_creation_input_tokens", CACHE_WRITE)
        .value(usage + ".cache_creation.ephemeral_5m_input_tokens", CACHE_WRITE_5M)
        .value(usage + ".cache_creation.ephemeral_1h_input_tokens", CACHE_WRITE_1H)
        .value(usage + ".cache_read_input_tokens", CACHE_HIT)
        .value(usage + ".server_tool_use.web_search_requests", WEB_SEARCHES)
        .value(usage + ".server_tool_use.web_fetch_requests", WEB_FETCHES)
        .value(usage + ".service_tier", SERVICE_TIER)
        .value(usage + ".speed", SPEED)
        .value(usage + ".inference_geo", GEO);
    iterations(paths, usage + ".iterations");
  }

  private static void iterations(JsonPaths.Builder<AnthropicField> paths, String iterations) {
    String iteration = iterations + ".*";
    paths
        .value(iterations, ITERATIONS)
        .value(iteration, ITERATION)
        .value(iteration + ".type", ITERATION_TYPE)
        .value(iteration + ".model", ITERATION_MODEL)
        .value(iteration + ".input_tokens", ITERATION_INPUT)
        .value(iteration + ".output_tokens", ITERATION_OUTPUT)
        .value(iteration + ".cache_creation_input_tokens", ITERATION_CACHE_WRITE)
        .value(iteration + ".cache_creation.ephemeral_5m_input_tokens", ITERATION_CACHE_WRITE_5M)
        .value(iteration + ".cache_creation.ephemeral_1h_input_tokens", ITERATION_CACHE_WRITE_1H)
        .value(iteration + ".cache_read_input_tokens", ITERATION_CACHE_HIT);
  }
}
