package io.eddy.processors.rollout;

import io.eddy.schemas.avro.ModelRecord;

/// One record of a candidate, ready to be forwarded to the topic `candidates`.
///
/// @param key UTF-8 text
public record ModelMessage(String key, ModelRecord value) {}
