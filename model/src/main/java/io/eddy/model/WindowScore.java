package io.eddy.model;

/// How one key's one-step forecasts did over a window. Errors are divided by the key's running
/// scale as it stood before each event, so that scores of several keys can be added up.
///
/// @param events scored
/// @param absoluteError sum of scaled absolute errors
/// @param naiveAbsoluteError the same of the last-value forecast
/// @param pinball sum of scaled pinball losses of the two bounds
/// @param covered events that lay inside their interval
/// @param scaleSum sum of the scales, to get back to the series' unit
public record WindowScore(
    long events,
    double absoluteError,
    double naiveAbsoluteError,
    double pinball,
    long covered,
    double scaleSum) {}
