package io.eddy.processors.rollout;

import java.nio.ByteBuffer;

/// What one partition's trainer gave to a round.
///
/// @param file the model that it found
/// @param weight windows that it was trained on: what it counts
/// @param statistics counts to add up, in the form of its [ModelFormat]; may be empty
@SuppressWarnings("ArrayRecordComponent") // nobody compares contributions
public record Contribution(byte[] file, long weight, ByteBuffer statistics) {}
