package xyz.trollllm.server.vectors;

import java.math.BigDecimal;
import java.util.Optional;

/**
 * Reads the charge in a header field of the answer. Answers without the field, such as streams,
 * whose charge is not known yet when their head is sent, are not compared.
 */
public record ChargeHeader(String name) implements ChargeReading {

  @Override
  public Gateway.Watch begin() {
    return (answered, _) -> {
      Optional<String> charge = answered.header(name);
      return charge.isEmpty()
          ? Accounted.UNKNOWN
          : Accounted.charged(new BigDecimal(charge.get().strip()));
    };
  }
}
