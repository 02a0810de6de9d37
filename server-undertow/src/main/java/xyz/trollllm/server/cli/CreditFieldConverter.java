package xyz.trollllm.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xyz.trollllm.config.CreditField;

/** Reads a credit field by the name it has in a user's document. */
final class CreditFieldConverter implements ITypeConverter<CreditField> {
  @Override
  public CreditField convert(String value) {
    for (CreditField field : CreditField.values()) {
      if (field.balanceField().equals(value)) {
        return field;
      }
    }
    throw new TypeConversionException("'" + value + "' must be credits or creditsNew");
  }
}
