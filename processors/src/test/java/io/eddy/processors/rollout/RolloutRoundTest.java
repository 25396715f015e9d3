package io.eddy.processors.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.schemas.avro.ModelManifest;
import io.eddy.schemas.avro.TrainingReport;
import io.eddy.schemas.avro.TrainingRound;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Rounds of training, as the rollout makes one candidate of what several partitions found.
class RolloutRoundTest extends RolloutTask {
  private static final long WAIT = 5_000;

  /// The version that most rounds start from.
  private static final int BASE = 7;

  private long now = TIME;

  @Override
  Map<String, Object> settings() {
    return Map.of(
        "eddy.promotion",
        "immediate",
        "eddy.training.quorum",
        0.5,
        "eddy.training.round.wait.ms",
        WAIT);
  }

  private static TrainingReport report(ReportKind kind, int partition, long job) {
    return new TrainingReport(
        kind.name(), partition, job, 0L, "windows", 0, ByteBuffer.allocate(0));
  }

  private void tell(ReportKind kind, int partition, long job) {
    process(
        "eddy-candidates",
        TrainingReports.of(report(kind, partition, job), BASE).value().getContent());
  }

  private static List<ModelMessage> found(int partition, long job) {
    return found(partition, job, BASE);
  }

  private static List<ModelMessage> found(int partition, long job, int base) {
    Forecaster model = model(partition + 10 * (int) (job - 1));
    return TrainingReports.contribution(
        ModelArtifacts.candidate(
            ForecasterCheckpoint.write(model),
            Map.of(
                "training.partition", Integer.toString(partition),
                "training.job", Long.toString(job),
                "training.history.limit", Integer.toString(10 * partition),
                "training.cause", "windows",
                "data.windows", Integer.toString(partition + 1),
                "data.from", "2026-01-0%dT00:00:00Z".formatted(partition + 1)),
            base,
            Instant.ofEpochMilli(TIME + partition)),
        report(ReportKind.TRAINED, partition, job));
  }

  private static Forecaster model(int partition) {
    return Forecaster.initial(Models.SPEC, 100 + partition);
  }

  private void trainers(int count) {
    for (int partition = 0; partition < count; partition++) {
      tell(ReportKind.PRESENT, partition, 0);
    }
  }

  private void enter(int... partitions) {
    for (int partition : partitions) {
      tell(ReportKind.ENTERED, partition, 1);
    }
  }

  private void find(int... partitions) {
    for (int partition : partitions) {
      offer(found(partition, 1));
    }
  }

  private void pass(long millis) {
    now += millis;
    context.setCurrentSystemTimeMs(now);
    context.scheduledPunctuators().getFirst().getPunctuator().punctuate(now);
    collect();
  }

  private List<ModelManifest> versions() {
    return sent(ModelManifest.class);
  }

  @Test
  void shouldTakeWhatOnePartitionFoundAsItIs() {
    trainers(1);
    enter(0);
    find(0);

    assertThat(versions()).hasSize(1);
    assertThat(versions().getFirst().getDigest()).isEqualTo(Models.digest(found(0, 1)));
    assertThat(versions().getFirst().getReport()).isNull();
    assertThat(stored()).noneMatch(key -> key.startsWith("round/"));
  }

  @Test
  void shouldAskTheOthersToJoinOnce() {
    trainers(3);
    enter(1);
    enter(0, 2);

    assertThat(asked).containsExactly(new TrainingRound(BASE, 0L, "windows", 0, List.of(1)));
  }

  @Test
  void shouldAverageOnceAllHaveContributed() {
    trainers(3);
    enter(0, 1, 2);
    find(2, 0);
    assertThat(versions()).isEmpty();

    find(1);
    deliver();

    assertThat(versions()).hasSize(1);
    Forecaster mean = Objects.requireNonNull(registry.current().model());
    float[] expected = new float[mean.parameters().values(0).length];
    for (int i = 0; i < expected.length; i++) {
      double sum = 0;
      for (int partition = 0; partition < 3; partition++) {
        sum += (partition + 1) / 6.0 * model(partition).parameters().values(0)[i];
      }
      expected[i] = (float) sum;
    }
    assertThat(mean.parameters().values(0)).isEqualTo(expected);
    assertThat(versions().getFirst().getProvenance())
        .containsEntry("training.partition", "0,1,2")
        .containsEntry("training.history.limit", "0,10,20")
        .containsEntry("training.round.windows", "1,2,3")
        .containsEntry("training.cause", "windows")
        .containsEntry("training.round", "1")
        .containsEntry("data.windows", "6")
        .containsEntry("data.from", "2026-01-01T00:00:00Z");
    assertThat(versions().getFirst().getCreatedAt().toEpochMilli()).isEqualTo(TIME + 2);
    deliver();
    review();
    assertThat(stored()).noneMatch(key -> key.startsWith("chunk/") || key.startsWith("round/"));
  }

  @Test
  void shouldGiveTheSameBytesInWhateverOrderTheyCome() {
    trainers(3);
    enter(0, 1, 2);
    find(0, 1, 2);
    String digest = versions().getFirst().getDigest();
    close();
    var other = new RolloutRoundTest();
    try {
      other.trainers(3);
      other.enter(2, 1, 0);
      other.find(2, 0, 1);

      assertThat(other.versions().getFirst().getDigest()).isEqualTo(digest);
    } finally {
      other.close();
    }
  }

  @Test
  void shouldNotWaitForPartitionsThatAbstainOrFail() {
    trainers(4);
    enter(0, 1, 3);
    find(0, 1);
    tell(ReportKind.ABSTAINED, 2, 0);
    assertThat(versions()).isEmpty();

    tell(ReportKind.FAILED, 3, 1);

    assertThat(versions().getFirst().getProvenance()).containsEntry("training.partition", "0,1");
  }

  @Test
  void shouldCloseWithoutThoseThatAreMissingAfterTheWait() {
    trainers(4);
    enter(0, 1, 2, 3);
    find(0);
    pass(WAIT - 1_000);
    find(1);
    pass(WAIT - 1_000);
    assertThat(versions()).as("the wait is since the newest").isEmpty();

    pass(1_000);

    assertThat(versions()).hasSize(1);
    assertThat(versions().getFirst().getProvenance()).containsEntry("training.partition", "0,1");
    find(2);
    assertThat(versions()).as("too late").hasSize(1);
    assertThat(stored()).noneMatch(key -> key.contains(Models.digest(found(2, 1))));
    assertThat(progress.candidatesDecided()).isEqualTo(3);
  }

  @Test
  void shouldWaitForAQuorumHoweverLongItTakes() {
    trainers(4);
    enter(0, 1, 2, 3);
    find(0);
    pass(10 * WAIT);
    assertThat(versions()).isEmpty();

    find(3);
    assertThat(versions()).as("the others may be about to come").isEmpty();
    pass(WAIT);

    assertThat(versions().getFirst().getProvenance()).containsEntry("training.partition", "0,3");
    assertThat(progress.candidatesDecided()).isEqualTo(2);
  }

  @Test
  void shouldGoOnWithARoundAfterARestart() {
    trainers(3);
    enter(0, 1, 2);
    find(1, 0);

    restart();
    enter(2); // Its new owner says so again.
    find(2);

    assertThat(versions()).hasSize(1);
    assertThat(versions().getFirst().getProvenance()).containsEntry("training.partition", "0,1,2");
    assertThat(asked).hasSize(1);
  }

  @Test
  void shouldCountATrainingThatGaveNoModelAsFailed() {
    trainers(2);
    enter(0, 1);
    find(0);
    process("eddy-candidates", found(1, 1).getLast().value().getContent()); // without its chunks

    assertThat(versions()).hasSize(1);
    assertThat(versions().getFirst().getProvenance()).containsEntry("training.partition", "0");
    assertThat(progress.candidatesRefused()).isEqualTo(1);
  }

  @Test
  void shouldReplaceWhatAPartitionFoundBeforeInTheSameRound() {
    trainers(2);
    enter(0, 1);
    find(0);
    tell(ReportKind.ENTERED, 0, 2);
    find(1);
    assertThat(versions()).isEmpty();

    tell(ReportKind.FAILED, 0, 2);

    assertThat(versions().getFirst().getProvenance())
        .as("what the earlier training found counts")
        .containsEntry("training.partition", "0,1");
  }

  @Test
  void shouldCountTheNewestOfWhatAPartitionFoundAndOweNothingForTheOther() {
    trainers(2);
    enter(0, 1);
    find(0);
    tell(ReportKind.ENTERED, 0, 2);
    offer(found(0, 2));
    find(1);

    assertThat(versions()).hasSize(1);
    assertThat(versions().getFirst().getProvenance())
        .containsEntry("training.job", "2,1")
        .containsEntry("training.partition", "0,1");
    assertThat(progress.candidatesDecided()).as("all three are done with").isEqualTo(3);
    assertThat(stored()).noneMatch(key -> key.contains(Models.digest(found(0, 1))));
  }

  @Test
  void shouldNotWaitForAPartitionThatFindsAgainWhatIsThere() {
    trainers(2);
    enter(0, 1);
    find(0);
    tell(ReportKind.ENTERED, 0, 2);
    find(1);
    List<ModelMessage> again =
        TrainingReports.contribution(
            ModelArtifacts.candidate(
                ForecasterCheckpoint.write(model(0)), Map.of(), BASE, Instant.ofEpochMilli(TIME)),
            report(ReportKind.TRAINED, 0, 2));

    offer(again);

    assertThat(versions()).hasSize(1);
    assertThat(progress.candidatesDecided()).isEqualTo(3);
  }

  @Test
  void shouldTakeTheLargestOfThoseThatBeganFromInitialWeightsAndGoOnFromIt() {
    trainers(3);
    for (int partition = 0; partition < 3; partition++) {
      process(
          "eddy-candidates",
          TrainingReports.of(report(ReportKind.ENTERED, partition, 1), 0).value().getContent());
    }
    asked.clear();
    for (int partition = 0; partition < 3; partition++) {
      offer(found(partition, 1, 0));
    }

    assertThat(versions())
        .extracting(ModelManifest::getDigest)
        .containsExactly(Models.digest(found(2, 1, 0)));
    assertThat(asked).containsExactly(new TrainingRound(1, 1L, "windows", 0, List.of()));
    assertThat(progress.settled(0)).as("a round has been asked for").isFalse();
    assertThat(stored()).contains("round/0000000001");
  }
}
