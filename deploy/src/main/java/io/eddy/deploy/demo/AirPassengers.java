package io.eddy.deploy.demo;

import io.eddy.deploy.csv.Columns;
import io.eddy.deploy.csv.CsvReader;
import io.eddy.deploy.csv.Recording;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Optional;

/// The classic series of monthly airline passengers, January 1949 to December 1960, in thousands:
/// 144 numbers with a trend, a season of twelve, and swings that grow with the level.
///
/// From G. E. P. Box, G. M. Jenkins, *Time Series Analysis: Forecasting and Control*, Holden-Day,
/// 1976, series G.
final class AirPassengers {
  static final String KEY = "air-passengers";

  private AirPassengers() {}

  static Recording read() {
    try (InputStream csv =
        Objects.requireNonNull(AirPassengers.class.getResourceAsStream("air-passengers.csv"))) {
      var columns =
          new Columns(Optional.empty(), Optional.of("date"), Optional.empty(), Optional.empty());
      return CsvReader.read(KEY, csv, columns);
    } catch (IOException e) {
      throw new UncheckedIOException("air-passengers.csv is missing in the jar", e);
    }
  }
}
