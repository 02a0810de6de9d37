package xyz.trollllm.server.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;
import xyz.trollllm.server.vectors.VectorCase.Need;

/** Reads what a case of a vector needs by the name it has in the vectors' files. */
final class NeedConverter implements ITypeConverter<Need> {

  @Override
  public Need convert(String name) {
    return Arrays.stream(Need.values())
        .filter(need -> nameOf(need).equals(name))
        .findFirst()
        .orElseThrow(() -> new TypeConversionException("must be one of " + names()));
  }

  private static String names() {
    return Arrays.stream(Need.values())
        .map(NeedConverter::nameOf)
        .collect(Collectors.joining(", "));
  }

  private static String nameOf(Need need) {
    return need.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
