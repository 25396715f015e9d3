package io.eddy.it.scenario;

/// One measurement on its way into an input topic.
///
/// @param partition where it is sent, chosen by the sender as a producer of any language would
/// @param time epoch milliseconds
public record Event(String key, int partition, long time, double value) {}
