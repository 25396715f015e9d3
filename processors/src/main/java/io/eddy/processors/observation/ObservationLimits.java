package io.eddy.processors.observation;

import io.eddy.model.series.CovariateSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/// What every observation must keep to, however it was written: a key of usable size, a finite
/// value, a time that can be meant.
public final class ObservationLimits implements ObservationDecoder.Found {
  /// Longest key in bytes. Keys stand in every store, changelog and output record.
  public static final int KEY_BYTES_MAX = 32 << 10;

  /// The years 1 to 9999. Differences of such times never overflow. Beyond this, differences and
  /// sums of errors are infinite.
  private static final double GREATEST_VALUE = 1e300;

  private static final long EARLIEST = -62_135_596_800_000L;

  private static final long LATEST = 253_402_300_799_999L;

  private final long timeAheadMaxMs;
  private final CovariateSpec covariateSpec;
  private final int horizon;

  public ObservationLimits(ProcessorsConfig config) {
    this.timeAheadMaxMs = config.timeAheadMax().toMillis();
    this.covariateSpec = config.forecasterSpec().series().covariates();
    this.horizon = config.forecasterSpec().horizon();
  }

  /// Checks an observation that is decoded already.
  ///
  /// @param key the series key's bytes
  /// @param timeMillis event time, epoch milliseconds
  /// @param covariates what came with it
  /// @param recordTimestamp the record's own timestamp; negative if it has none, and then nothing
  ///   is too far ahead
  public Decoded check(
      byte @Nullable [] key,
      long timeMillis,
      double value,
      double[] covariates,
      long recordTimestamp) {
    Decoded.@Nullable Rejected rejected = checkKey(key);
    return rejected != null
        ? rejected
        : observation(timeMillis, value, covariates, recordTimestamp);
  }

  Decoded.@Nullable Rejected checkKey(byte @Nullable [] key) {
    if (key == null) {
      return new Decoded.Rejected(
          Reason.NULL_KEY, "the record has no key, expected the name of its series");
    }
    if (key.length > KEY_BYTES_MAX) {
      return new Decoded.Rejected(
          Reason.KEY_TOO_LARGE,
          "the key has " + key.length + " bytes, expected at most " + KEY_BYTES_MAX);
    }
    return null;
  }

  @Override
  public Decoded observation(
      long timeMillis, double value, double[] covariates, long recordTimestamp) {
    if (!Double.isFinite(value)) {
      return new Decoded.Rejected(
          Reason.NOT_FINITE, "the value is " + value + ", expected a finite number");
    }
    if (Math.abs(value) > GREATEST_VALUE) {
      return new Decoded.Rejected(
          Reason.NOT_FINITE,
          "the value is " + value + ", expected one between -1e300 and 1e300: sums would overflow");
    }
    return checked(timeMillis, value, covariates, recordTimestamp);
  }

  @Override
  public Decoded missing(long timeMillis, double[] covariates, long recordTimestamp) {
    return checked(timeMillis, Double.NaN, covariates, recordTimestamp);
  }

  private Decoded checked(
      long timeMillis, double value, double[] covariates, long recordTimestamp) {
    Decoded.@Nullable Rejected wrongTime = checkTime(timeMillis, recordTimestamp);
    if (wrongTime != null) {
      return wrongTime;
    }
    for (int i = 0; i < covariates.length; i++) {
      // Written so that NaN, a missing one, passes.
      if (Math.abs(covariates[i]) > GREATEST_VALUE) {
        return new Decoded.Rejected(
            Reason.NOT_FINITE,
            "the covariate \""
                + nameOf(i)
                + "\" is "
                + covariates[i]
                + ", expected a number between -1e300 and 1e300, or NaN or null if it is missing");
      }
    }
    return new Decoded.Observation(timeMillis, value, covariates);
  }

  private Decoded.@Nullable Rejected checkTime(long timeMillis, long recordTimestamp) {
    if (timeMillis < EARLIEST || timeMillis > LATEST) {
      return new Decoded.Rejected(
          Reason.TIME_OUT_OF_RANGE,
          "the time is "
              + timeMillis
              + " ms since 1970, expected one in the years 1 to 9999; is it in another unit?");
    }
    // Written so that it cannot overflow: the allowance may be as large as a long can be.
    if (recordTimestamp >= 0
        && timeMillis > recordTimestamp
        && timeMillis - recordTimestamp > timeAheadMaxMs) {
      return new Decoded.Rejected(
          Reason.TIME_OUT_OF_RANGE,
          "the time "
              + Instant.ofEpochMilli(timeMillis)
              + " is "
              + (timeMillis - recordTimestamp)
              + " ms after the record's own timestamp, expected at most "
              + timeAheadMaxMs
              + " ("
              + ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS
              + ")");
    }
    return null;
  }

  private String nameOf(int index) {
    int covariate = covariateSpec.count() - 1;
    while (covariateSpec.offset(covariate, horizon) > index) {
      covariate--;
    }
    return covariateSpec.name(covariate);
  }
}
