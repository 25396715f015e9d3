package io.eddy.processors.rollout;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRecord;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.IntFunction;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/// Real models, and the records that carry them, as tests need them.
final class Models {
  static final ForecasterSpec SPEC = spec(4);

  /// So large that a model takes several chunks.
  static final ForecasterSpec LARGE = spec(256);

  static final SchemaRegistry SCHEMAS =
      SchemaRegistry.from(Map.of("schema.registry.url", "mock://rollout"));

  private static final Serializer<ModelRecord> SERIALIZER =
      SCHEMAS.serde(ModelRecord.class, "models").serializer();

  private Models() {}

  static ForecasterSpec spec(int hiddenSize) {
    return new ForecasterSpec(CellType.LSTM, hiddenSize, 1, 2, 0, 4, 0.9, 8);
  }

  static List<ModelMessage> candidate(ForecasterSpec spec, long seed) {
    return ModelArtifacts.candidate(
        Forecaster.initial(spec, seed), 0, Instant.ofEpochMilli(1_714_564_800_000L));
  }

  /// A whole and sound file, of a format that this release does not know.
  static List<ModelMessage> candidateOfANewerRelease(long seed) {
    // One byte stands for one character, so that the weights survive.
    var text =
        new String(
            ForecasterCheckpoint.write(Forecaster.initial(SPEC, seed)),
            StandardCharsets.ISO_8859_1);
    byte[] file =
        text.replace("\"eddy.format\":\"1\"", "\"eddy.format\":\"2\"")
            .getBytes(StandardCharsets.ISO_8859_1);
    return ModelArtifacts.candidate(file, Map.of(), 0, Instant.EPOCH);
  }

  static String digest(List<ModelMessage> candidate) {
    return manifest(candidate).getDigest();
  }

  static ModelManifest manifest(List<ModelMessage> candidate) {
    return (ModelManifest) candidate.getLast().value().getContent();
  }

  static IntFunction<@Nullable ByteBuffer> chunks(List<ModelMessage> candidate) {
    return index -> ((ModelChunk) candidate.get(index).value().getContent()).getData();
  }

  static byte[] bytes(String key) {
    return key.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] bytes(Object content) {
    return Objects.requireNonNull(SERIALIZER.serialize("models", new ModelRecord(content)));
  }

  /// The records of the topic `models` for one version, without a decision.
  static List<ModelMessage> version(List<ModelMessage> candidate, int version) {
    List<ModelMessage> messages = new ArrayList<>();
    for (ModelMessage message : candidate) {
      switch (message.value().getContent()) {
        case ModelChunk chunk ->
            messages.add(
                new ModelMessage(
                    ModelKeys.versionChunk(version, chunk.getIndex()), message.value()));
        case ModelManifest manifest ->
            messages.add(
                new ModelMessage(
                    ModelKeys.versionManifest(version),
                    new ModelRecord(
                        ModelManifest.newBuilder(manifest).setVersion(version).build())));
        default -> throw new AssertionError("neither chunk nor manifest");
      }
    }
    return messages;
  }

  static ModelMessage decision(long sequence, long predecessor, int version) {
    return decision(sequence, predecessor, version, null);
  }

  static ModelMessage decision(
      long sequence, long predecessor, int version, @Nullable Integer shadow) {
    return new ModelMessage(
        ModelKeys.decision(sequence),
        new ModelRecord(
            new ModelDecision(
                sequence, predecessor, version, "test", "PROMOTED", shadow, Map.of())));
  }
}
