package io.eddy.deploy.http;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A key in the fleet, for JSON. Counts and means are of the answers that this server has read.
///
/// @param time event time of its newest answer, epoch milliseconds
/// @param actual its newest value; of a message, its surprise in bits per character
/// @param expected what was forecast for it; of a message, the key's usual surprise
/// @param forecast of the next step
/// @param error mean absolute error one step ahead, the newest answers weighing most
/// @param relativeError that error over the last-value forecast's: above 1 is worse than repeating
///   the last value
/// @param lastAnomaly event time; null for none
/// @param recent newest values, oldest first
record KeyRow(
    String key,
    long time,
    @Nullable Double actual,
    @Nullable Double expected,
    @Nullable Double forecast,
    @Nullable Double forecastLower,
    @Nullable Double forecastUpper,
    @Nullable Double error,
    @Nullable Double relativeError,
    long anomalies,
    @Nullable Long lastAnomaly,
    int modelVersion,
    long answers,
    List<Double> recent) {}
