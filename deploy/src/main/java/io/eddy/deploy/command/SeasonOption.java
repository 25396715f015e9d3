package io.eddy.deploy.command;

import io.eddy.deploy.config.Seasons;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// What `--season` says.
///
/// @param named the seasons that were named, which may be none; empty for those that the input
///   shows
record SeasonOption(Optional<List<Integer>> named) {
  /// No season.
  static final SeasonOption NONE = new SeasonOption(Optional.of(List.of()));

  /// The seasons that the input shows.
  static final SeasonOption AUTOMATIC = new SeasonOption(Optional.empty());

  private static final String AUTO = "auto";

  /// From the option's text.
  static final class Converter implements ITypeConverter<SeasonOption> {
    @Override
    public SeasonOption convert(String text) {
      if (text.equals(AUTO)) {
        return AUTOMATIC;
      }
      try {
        return new SeasonOption(Optional.of(Seasons.parse(text)));
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage() + ", or auto");
      }
    }
  }
}
