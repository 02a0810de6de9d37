package xyz.trollllm.server.cli;

import java.math.BigDecimal;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xyz.trollllm.billing.Usd;

/** Reads an amount of US dollars as exactly as the ledger counts it. */
final class UsdConverter implements ITypeConverter<Usd> {
  private static final String DECIMAL = "-?\\d{1,9}(\\.\\d{1,9})?";

  @Override
  public Usd convert(String value) {
    if (!value.matches(DECIMAL)) {
      throw new TypeConversionException(
          "'" + value + "' is not an amount in US dollars, such as 5 or 12.50");
    }
    return new Usd(new BigDecimal(value));
  }
}
