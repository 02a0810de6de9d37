package xyz.trollllm.proxy.document;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import tools.jackson.core.JsonGenerator;
import xyz.trollllm.billing.AccountStatement;
import xyz.trollllm.config.CreditField;
import xyz.trollllm.config.GatewayConfig;
import xyz.trollllm.config.ModelConfig;

/** What a user is told of its account: the balances that pay at this instance, and no others. */
public final class AccountDocument {
  private final GatewayConfig config;
  private final Set<CreditField> creditFields;

  public AccountDocument(GatewayConfig config) {
    this.config = config;
    this.creditFields =
        config.models().stream()
            .map(ModelConfig::creditField)
            .collect(Collectors.toCollection(TreeSet::new));
  }

  /**
   * One user's account.
   *
   * @param keyId which key the user came with, never the key
   */
  public ByteBuffer json(String userId, String keyId, AccountStatement account) {
    return Json.object(json -> {
      json.writeStringProperty("object", "account");
      json.writeStringProperty("user", userId);
      json.writeStringProperty("key", keyId);
      json.writeStringProperty("instance", config.instance());
      json.writeStringProperty("currency", "USD");
      json.writeArrayPropertyStart("credits");
      for (CreditField field : creditFields) {
        json.writeStartObject();
        credit(json, field, account.balance(field));
        json.writeEndObject();
      }
      json.writeEndArray();
      Json.object(
          json,
          "usage",
          () -> {
            json.writeNumberProperty("tokens", account.tokens());
            json.writeNumberProperty("requests_in_progress", account.openRequests());
          });
      Json.object(
          json,
          "limits",
          () -> {
            if (config.requestsPerMinute() == 0) {
              json.writeNullProperty("requests_per_minute");
            } else {
              json.writeNumberProperty("requests_per_minute", config.requestsPerMinute());
            }
            json.writeNumberProperty("max_body_bytes", config.maxBodyBytes());
          });
    });
  }

  private static void credit(
      JsonGenerator json, CreditField field, AccountStatement.Balance balance) {
    json.writeStringProperty("credit_field", field.balanceField());
    Json.decimal(json, "balance", balance.amount());
    Json.decimal(json, "held", balance.held());
    Json.decimal(json, "available", balance.available());
    Json.decimal(json, "spent", balance.spent());
    Json.text(json, "expires_at", balance.expiresAt());
  }
}
