package xyz.trollllm.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CreditFieldTest {
  @ParameterizedTest
  @CsvSource({
    "openhands, creditsNew, creditsNewUsed, expiresAtNew",
    "ohmygpt, credits, creditsUsed, expiresAt"
  })
  void legacyNameMeansOneBalanceWithItsCounterAndExpiry(
      String billingUpstream, String balance, String used, String expiry) {
    CreditField field = CreditField.ofBillingUpstream(billingUpstream).orElseThrow();

    assertThat(field.billingUpstream()).isEqualTo(billingUpstream);
    assertThat(field.balanceField()).isEqualTo(balance);
    assertThat(field.usedField()).isEqualTo(used);
    assertThat(field.expiryField()).isEqualTo(expiry);
  }

  @Test
  void otherNamesMeanNoField() {
    assertThat(CreditField.ofBillingUpstream("creditsNew")).isEmpty();
  }
}
