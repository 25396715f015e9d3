package io.eddy.deploy.command;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Whether exactly-once, as `processing.guarantee` says it.
final class GuaranteeConverter implements ITypeConverter<Boolean> {
  @Override
  public Boolean convert(String value) {
    return switch (value) {
      case "at_least_once" -> false;
      case "exactly_once_v2" -> true;
      default ->
          throw new TypeConversionException(
              value + " is no guarantee, expected at_least_once or exactly_once_v2");
    };
  }
}
