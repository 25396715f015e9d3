package io.eddy.deploy.bench.stream;

import com.fasterxml.jackson.annotation.JsonPropertyOrder;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/// How long events waited for their answers.
///
/// @param bench `latency`
/// @param application `identity`, which answers with constants, or `eddy`
/// @param phase `steady`; of Eddy also `training`, while one runs in its process, and `swap`, the
///   two seconds after a new version has begun to answer
/// @param rate events per second
/// @param guarantee `processing.guarantee`
/// @param events of the phase
/// @param p50Millis half of the events waited no longer, from when they were due until their answer
///   was read from the topic
/// @param p99Millis 99 of 100
/// @param p999Millis 999 of 1000
/// @param maxMillis all of them
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonPropertyOrder({"bench", "application", "phase", "rate", "guarantee", "events"})
public record LatencyLine(
    String bench,
    String application,
    String phase,
    double rate,
    String guarantee,
    int events,
    double p50Millis,
    double p99Millis,
    double p999Millis,
    double maxMillis) {}
