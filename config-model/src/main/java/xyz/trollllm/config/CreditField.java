package xyz.trollllm.config;

import java.util.Optional;

/**
 * The balance that pays for a request: one of two fields of a user's document.
 *
 * <p>This is the one place where the legacy names of {@code billing_upstream} become fields. They
 * are names of credit pools only and say nothing about where requests are sent:
 *
 * <pre>
 * domain              container          port  billing_upstream  field
 * chat.trollllm.xyz   goproxy-openhands  8004  "openhands"       creditsNew
 * chat2.trollllm.xyz  goproxy-ohmygpt    8005  "ohmygpt"         credits
 * </pre>
 */
public enum CreditField {
  /** Pays for chat2.trollllm.xyz, whichever upstream answers there. */
  CREDITS("ohmygpt", "credits", "creditsUsed", "expiresAt"),

  /** Pays for chat.trollllm.xyz. */
  CREDITS_NEW("openhands", "creditsNew", "creditsNewUsed", "expiresAtNew");

  private final String billingUpstream;
  private final String balanceField;
  private final String usedField;
  private final String expiryField;

  CreditField(String billingUpstream, String balanceField, String usedField, String expiryField) {
    this.billingUpstream = billingUpstream;
    this.balanceField = balanceField;
    this.usedField = usedField;
    this.expiryField = expiryField;
  }

  /** The field that the configured {@code billing_upstream} names, if it is a known name. */
  public static Optional<CreditField> ofBillingUpstream(String name) {
    for (CreditField field : values()) {
      if (field.billingUpstream.equals(name)) {
        return Optional.of(field);
      }
    }
    return Optional.empty();
  }

  /** The legacy name, as configuration files and {@code request_logs.creditType} spell it. */
  public String billingUpstream() {
    return billingUpstream;
  }

  /** The field of a user's document that holds the balance, a BSON double in US dollars. */
  public String balanceField() {
    return balanceField;
  }

  /** The field that counts what was ever spent from this balance. */
  public String usedField() {
    return usedField;
  }

  /** The field that says until when this balance may be spent; absent means without end. */
  public String expiryField() {
    return expiryField;
  }
}
