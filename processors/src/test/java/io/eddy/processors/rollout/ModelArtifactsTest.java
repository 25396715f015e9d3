package io.eddy.processors.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Frequency;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelManifest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class ModelArtifactsTest {
  private final List<ModelMessage> large = Models.candidate(Models.LARGE, 1);

  private static ModelChunk chunk(List<ModelMessage> candidate, int index) {
    return (ModelChunk) candidate.get(index).value().getContent();
  }

  private Assembly<Forecaster> assemble(Consumer<ModelManifest> change) {
    ModelManifest manifest = ModelManifest.newBuilder(Models.manifest(large)).build();
    change.accept(manifest);
    return ModelArtifacts.assemble(
        manifest, Models.chunks(large), new ForecasterFormat(Models.LARGE));
  }

  private static void assertInvalid(Assembly<Forecaster> assembly, String reason) {
    assertThat(assembly)
        .isInstanceOfSatisfying(
            Assembly.Invalid.class, invalid -> assertThat(invalid.reason()).contains(reason));
  }

  @Test
  void shouldSendChunksOfAtMostHalfAMebibyteAndThenTheManifest() {
    byte[] file = ForecasterCheckpoint.write(Forecaster.initial(Models.LARGE, 1));
    int count = Math.ceilDiv(file.length, 512 << 10);
    String digest = ModelArtifacts.digest(file);

    assertThat(count).isGreaterThan(1);
    assertThat(large).hasSize(count + 1);
    int sent = 0;
    for (int index = 0; index < count; index++) {
      ModelChunk chunk = chunk(large, index);
      assertThat(chunk.getData().remaining()).isBetween(1, 512 << 10);
      assertThat(chunk.getCount()).isEqualTo(count);
      assertThat(chunk.getIndex()).isEqualTo(index);
      assertThat(large.get(index).key()).isEqualTo(digest + "/chunk/%05d".formatted(index));
      sent += chunk.getData().remaining();
    }
    assertThat(sent).isEqualTo(file.length);
    assertThat(large.getLast().key()).isEqualTo(digest + "/manifest");
    ModelManifest manifest = Models.manifest(large);
    assertThat(manifest.getSize()).isEqualTo(file.length);
    assertThat(manifest.getDigest()).isEqualTo(digest).matches("[0-9a-f]{64}");
    assertThat(manifest.getVersion()).isZero();
  }

  @Test
  void shouldGiveEqualRecordsForEqualModels() {
    assertThat(Models.candidate(Models.SPEC, 3)).isEqualTo(Models.candidate(Models.SPEC, 3));
    assertThat(Models.digest(Models.candidate(Models.SPEC, 3)))
        .isNotEqualTo(Models.digest(Models.candidate(Models.SPEC, 4)));
  }

  @Test
  void shouldPutTogetherTheSameModel() {
    Assembly<Forecaster> assembly =
        ModelArtifacts.assemble(
            Models.manifest(large), Models.chunks(large), new ForecasterFormat(Models.LARGE));

    assertThat(assembly)
        .isInstanceOfSatisfying(
            Assembly.Valid.class,
            valid ->
                assertThat(ForecasterCheckpoint.write((Forecaster) valid.model()))
                    .isEqualTo(ForecasterCheckpoint.write(Forecaster.initial(Models.LARGE, 1))));
  }

  @Test
  void shouldNameTheChunkThatIsMissing() {
    assertInvalid(
        ModelArtifacts.assemble(
            Models.manifest(large),
            index -> index == 1 ? null : chunk(large, index).getData(),
            new ForecasterFormat(Models.LARGE)),
        "chunk 1 of 3 is missing");
  }

  @Test
  void shouldNameTheChunkThatIsDamaged() {
    assertInvalid(
        ModelArtifacts.assemble(
            Models.manifest(large),
            index -> {
              ByteBuffer data = chunk(large, index).getData();
              if (index != 2) {
                return data;
              }
              ByteBuffer damaged = ByteBuffer.allocate(data.remaining());
              damaged.put(data.duplicate()).flip();
              return damaged.put(9, (byte) ~damaged.get(9));
            },
            new ForecasterFormat(Models.LARGE)),
        "chunk 2 is damaged: its CRC-32C is");
  }

  @Test
  void shouldRefuseChunksOfAnotherFile() {
    assertInvalid(assemble(manifest -> manifest.setDigest("0".repeat(64))), "expected 0000000000");
  }

  @Test
  void shouldRefuseASizeThatTheChunksDoNotHave() {
    assertInvalid(
        assemble(manifest -> manifest.setSize(manifest.getSize() - 1)),
        "the chunks have more than");
    assertInvalid(assemble(manifest -> manifest.setSize(manifest.getSize() + 1)), "expected");
  }

  @Test
  void shouldRefuseAManifestThatWouldNeedTooMuchHeap() {
    assertInvalid(assemble(manifest -> manifest.setSize(Long.MAX_VALUE)), "expected 1 to");
    assertInvalid(assemble(manifest -> manifest.setSize(-1)), "expected 1 to");
    assertInvalid(assemble(manifest -> manifest.setChunks(1_000_000)), "1000000 chunks");
    assertInvalid(assemble(manifest -> manifest.setChunks(0)), "0 chunks");
    assertInvalid(
        assemble(manifest -> manifest.setChunkChecksums(new ArrayList<>())), "0 checksums");
    assertInvalid(assemble(manifest -> manifest.setDigest("../../etc")), "expected SHA-256");
  }

  @Test
  void shouldRefuseAFileThatIsNoCheckpoint() {
    byte[] file = Models.bytes("not safetensors");
    ModelManifest manifest = ModelManifest.newBuilder(Models.manifest(large)).build();
    manifest.setDigest(ModelArtifacts.digest(file));
    manifest.setSize(file.length);
    manifest.setChunks(1);
    manifest.setChunkChecksums(List.of(ModelArtifacts.checksum(ByteBuffer.wrap(file))));

    assertInvalid(
        ModelArtifacts.assemble(
            manifest, index -> ByteBuffer.wrap(file), new ForecasterFormat(Models.LARGE)),
        "the file cannot be read");
  }

  @Test
  void shouldRefuseAModelOfOtherSettingsAndSayWhichDiffer() {
    assertInvalid(
        ModelArtifacts.assemble(
            Models.manifest(large), Models.chunks(large), new ForecasterFormat(Models.spec(128))),
        "the model was made for other settings: eddy.hidden.size is 256, expected 128");
  }

  @Test
  void shouldTakeAModelThatWasMadeUnderAnotherFrequency() {
    ForecasterSpec spec = Models.LARGE;
    var hourly =
        new ForecasterSpec(
            spec.cell(),
            spec.hiddenSize(),
            spec.layerCount(),
            spec.horizon(),
            spec.series().withFrequency(Frequency.parse("PT1H")),
            spec.lagCount(),
            spec.confidences(),
            spec.value(),
            spec.windowSize());

    assertThat(
            ModelArtifacts.assemble(
                Models.manifest(large), Models.chunks(large), new ForecasterFormat(hourly)))
        .isInstanceOf(Assembly.Valid.class);
  }

  @Test
  void shouldFindTheFaultOfAChunkTakenByItself() {
    ModelChunk good = chunk(large, 1);
    String digest = good.getDigest();
    ByteBuffer data = good.getData();

    assertThat(ModelArtifacts.fault(good)).isNull();
    assertThat(ModelArtifacts.fault(new ModelChunk("x", 0, 1, data))).contains("expected SHA-256");
    assertThat(ModelArtifacts.fault(new ModelChunk(digest, 0, 0, data))).contains("one of 0");
    assertThat(ModelArtifacts.fault(new ModelChunk(digest, 0, 513, data))).contains("one of 513");
    assertThat(ModelArtifacts.fault(new ModelChunk(digest, 3, 3, data))).contains("number 3 of 3");
    assertThat(ModelArtifacts.fault(new ModelChunk(digest, -1, 3, data))).contains("number -1");
    assertThat(
            ModelArtifacts.fault(
                new ModelChunk(digest, 0, 1, ByteBuffer.allocate((512 << 10) + 1))))
        .contains("has 524289 bytes");
  }
}
