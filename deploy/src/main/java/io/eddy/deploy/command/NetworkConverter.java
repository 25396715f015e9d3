package io.eddy.deploy.command;

import io.eddy.deploy.bench.stream.StreamCase.Network;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// A network as it is typed: `64` or `2x64`.
final class NetworkConverter implements ITypeConverter<Network> {
  @Override
  public Network convert(String value) {
    try {
      return Network.parse(value);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
