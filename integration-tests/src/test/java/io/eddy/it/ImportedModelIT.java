package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.Patience;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Waves;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.rollout.ModelArtifacts;
import io.eddy.processors.rollout.ModelMessage;
import io.eddy.schemas.avro.ModelChunk;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.ModelRefusal;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Models that come from outside: whole and fitting ones answer from then on, however many records
/// they take, and everything else is refused with a reason while the champion stays.
@ExtendWith(ClusterExtension.class)
class ImportedModelIT {
  private static final Waves WAVES = new Waves(3, 1);
  private static final int STEPS = 10;

  /// A network of more than a megabyte.
  private static final Map<String, String> LARGE =
      Map.of(ProcessorsConfig.TRAINING_ENABLED, "false", ProcessorsConfig.HIDDEN_SIZE, "256");

  @Test
  void shouldSwapInAModelOfSeveralRecordsAndRefuseWhatIsNotWhole(KafkaCluster cluster) {
    TestApplication application = TestApplication.create(cluster, "large", 1, LARGE);
    ForecasterSpec spec = application.config().forecasterSpec();
    List<ModelMessage> damaged = candidate(Forecaster.initial(spec, 1));
    damage(damaged);
    List<ModelMessage> incomplete = candidate(Forecaster.initial(spec, 2)).subList(1, 4);
    List<ModelMessage> foreign = candidate(Forecaster.initial(smaller(spec), 3));
    List<ModelMessage> whole = candidate(Forecaster.initial(spec, 4));
    assertThat(whole).as("three chunks and the manifest").hasSize(4);

    try (Instance instance = application.start()) {
      application.send(WAVES.steps(0, STEPS));
      instance.awaitProcessed((long) STEPS * WAVES.keys());
      List.of(damaged, incomplete, foreign, whole).forEach(application::sendCandidate);
      instance.awaitDecision(1);
      application.send(WAVES.steps(STEPS, 2 * STEPS));
      instance.awaitProcessed(2L * STEPS * WAVES.keys());
    }

    PublishedModels models = PublishedModels.versions(application);
    assertThat(models.refusals())
        .extracting(ModelRefusal::getReason)
        .satisfiesExactly(
            reason -> assertThat(reason).startsWith("chunk 1 is damaged"),
            reason -> assertThat(reason).isEqualTo("chunk 0 of 3 is missing"),
            reason -> assertThat(reason).contains("eddy.hidden.size is 255, expected 256"));
    assertThat(models.digests()).containsExactly(digest(whole));
    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    assertThat(answers.all())
        .filteredOn(answer -> answer.forecast().getSteps() > STEPS)
        .allMatch(answer -> answer.forecast().getModelVersion() == 1);
  }

  @Test
  void shouldForgetOldVersionsAndGoOnWithTheNewestAfterARestart(KafkaCluster cluster) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "kept",
            1,
            Map.of(ProcessorsConfig.TRAINING_ENABLED, "false", ProcessorsConfig.MODELS_KEPT, "2"));
    ForecasterSpec spec = application.config().forecasterSpec();

    try (StateDirectory state = StateDirectory.create()) {
      try (Instance instance = application.start(state)) {
        for (int version = 1; version <= 4; version++) {
          application.sendCandidate(candidate(Forecaster.initial(spec, version)));
          instance.awaitDecision(version);
          application.send(WAVES.steps(STEPS * (version - 1), STEPS * version));
          instance.awaitProcessed((long) STEPS * version * WAVES.keys());
        }
        Patience.await("versions removed")
            .until(
                () -> PublishedModels.versions(application).removedVersions(),
                removed -> removed.equals(Set.of(1, 2)));
      }
      state.wipe();
      try (Instance instance = application.start(state)) {
        application.send(WAVES.steps(4 * STEPS, 5 * STEPS));
        instance.awaitProcessed((long) STEPS * WAVES.keys());
      }
    }

    Answers answers = Answers.await(application);
    answers.assertAsReplayed();
    assertThat(answers.all())
        .allSatisfy(
            answer ->
                assertThat(answer.forecast().getModelVersion())
                    .isEqualTo(Math.min(4, (answer.forecast().getSteps() - 1) / STEPS + 1)));
    assertThat(PublishedModels.versions(application).decisions())
        .extracting(ModelDecision::getChampionVersion)
        .containsExactly(1, 2, 3, 4);
  }

  private static List<ModelMessage> candidate(Forecaster forecaster) {
    return ModelArtifacts.candidate(forecaster, 0, Instant.EPOCH);
  }

  /// Turns one bit of the second chunk over.
  private static void damage(List<ModelMessage> candidate) {
    ByteBuffer data = ((ModelChunk) candidate.get(1).value().getContent()).getData();
    data.put(1000, (byte) (data.get(1000) ^ 1));
  }

  private static String digest(List<ModelMessage> candidate) {
    return ((ModelManifest) candidate.getLast().value().getContent()).getDigest();
  }

  private static ForecasterSpec smaller(ForecasterSpec spec) {
    return new ForecasterSpec(
        spec.cell(),
        spec.hiddenSize() - 1,
        spec.layerCount(),
        spec.horizon(),
        spec.series(),
        spec.lagCount(),
        spec.confidences(),
        spec.value(),
        spec.windowSize());
  }
}
