package io.eddy.processors.text;

import org.jspecify.annotations.Nullable;

/// Vectors, and what they came with.
///
/// @param vectors (cells, features), at least one
/// @param caption sentence that somebody wrote about them; null for none
@SuppressWarnings("ArrayRecordComponent") // nobody compares what was read
record VectorContent(float[][] vectors, @Nullable String caption) {}
