package xyz.trollllm.proxy.wire;

/** What is read of the answers of OpenAI's APIs; {@link OpenAiPaths} says where each keeps it. */
enum OpenAiField implements AnswerField {
  /** The type of an event of a response. */
  TYPE(Role.OWN),
  MODEL(Role.MODEL),
  SERVICE_TIER(Role.OWN),
  ERROR(Role.ERROR),
  FINISH_REASON(Role.OWN),
  TEXT(Role.TEXT),
  REASONING(Role.OWN),
  REASONING_CONTENT(Role.OWN),
  /** Content that is none of the above, such as sound or a vector. */
  OTHER_CONTENT(Role.OWN),
  /** The type of an item of a response's output. */
  ITEM_TYPE(Role.OWN),
  /** What an item of type {@code web_search_call} did: only searching has a fee. */
  ITEM_ACTION(Role.OWN),
  /** Text of a whole response, which its events may have brought before. */
  WHOLE_TEXT(Role.OWN),
  USAGE(Role.USAGE),
  COMPLETION(Role.COUNT),
  PROMPT(Role.COUNT),
  CACHE_HIT(Role.COUNT),
  CACHE_HIT_DETAIL(Role.COUNT),
  CACHE_HIT_KIMI(Role.COUNT),
  CACHE_WRITE(Role.COUNT),
  CACHE_WRITE_DETAIL(Role.COUNT),
  CACHE_WRITE_OPENAI(Role.COUNT),
  CACHE_WRITE_5M(Role.COUNT),
  CACHE_WRITE_1H(Role.COUNT),
  WEB_SEARCHES(Role.COUNT),
  WEB_SEARCHES_DETAIL(Role.COUNT);

  private final Role role;

  OpenAiField(Role role) {
    this.role = role;
  }

  @Override
  public Role role() {
    return role;
  }
}
