package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;

/// Finds the vectors in a record of the user's own topic, in a field of a JSON object or an Avro
/// record. Not thread-safe.
final class VectorReader extends RecordReader<VectorContent> {
  private final VectorFields vectors;

  VectorReader(ProcessorsConfig config, SchemaRegistry registry) {
    super(config, registry);
    vectors = new VectorFields(config);
  }

  @Override
  VectorContent ofText(String text) {
    throw new IllegalStateException("a text holds no vectors");
  }

  @Override
  VectorContent ofFields(RecordFields fields) {
    return vectors.read(fields);
  }
}
