package io.eddy.processors.progress;

import io.eddy.schemas.avro.Forecast;

/// One answer as it leaves the stream, for listeners in the same JVM.
///
/// A class and not a record: equality of a key's bytes by identity would mislead.
public final class ForecastEvent {
  private final byte[] key;
  private final Forecast forecast;

  /// @param key the series key's bytes; shared with the stream, not to be changed
  public ForecastEvent(byte[] key, Forecast forecast) {
    this.key = key;
    this.forecast = forecast;
  }

  /// The series key's bytes; shared with the stream, not to be changed.
  public byte[] key() {
    return key;
  }

  /// The answer as it was forwarded.
  public Forecast forecast() {
    return forecast;
  }
}
