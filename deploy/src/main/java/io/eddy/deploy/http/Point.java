package io.eddy.deploy.http;

import org.jspecify.annotations.Nullable;

/// What one event was answered, for JSON; of a message, its surprise in bits per character.
///
/// @param time event time, epoch milliseconds
/// @param actual null for a message that no model has read
/// @param expected what was forecast for it, or the key's usual surprise; null before there was one
/// @param lower bound of that forecast
/// @param upper bound of that forecast
/// @param missing whether it had no value
record Point(
    long time,
    @Nullable Double actual,
    @Nullable Double expected,
    @Nullable Double lower,
    @Nullable Double upper,
    boolean anomaly,
    boolean missing) {}
