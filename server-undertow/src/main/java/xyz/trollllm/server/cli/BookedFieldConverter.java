package xyz.trollllm.server.cli;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xyz.trollllm.billing.mongo.BookedField;

/** Reads one of the fields that an audit compares, by the name it has in a user's document. */
final class BookedFieldConverter implements ITypeConverter<BookedField> {
  @Override
  public BookedField convert(String value) {
    return BookedField.named(value)
        .orElseThrow(() ->
            new TypeConversionException(
                "'" + value + "' must be credits, creditsNew, creditsUsed or creditsNewUsed"));
  }
}
