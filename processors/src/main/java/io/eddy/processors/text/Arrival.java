package io.eddy.processors.text;

import io.eddy.processors.observation.Origin;
import java.time.Instant;

/// Something that is to be answered, and how it came.
///
/// @param messages of its key before
/// @param redelivered whether it was read before
/// @param <C> what it is
public record Arrival<C>(
    C content, Instant time, long messages, boolean redelivered, Origin origin) {}
