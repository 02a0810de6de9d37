package xyz.trollllm.billing.mongo;

/** The collections of the deployment. */
final class Collections {
  static final String USERS = "usersNew";
  static final String KEYS = "user_keys";
  static final String REQUEST_LOGS = "request_logs";
  static final String IDEMPOTENCY_KEYS = "idempotency_keys";

  private Collections() {}
}
