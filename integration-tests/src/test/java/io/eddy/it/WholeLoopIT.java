package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.PublishedModels;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.cluster.TopicReader;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.training.HistoryKey;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.ModelDecision;
import io.eddy.schemas.avro.ModelManifest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Events are forecast, their history trains a network, the new version is decided on and swapped
/// in, and the forecasts that follow are its own: one run, and what it left in the topics.
@ExtendWith(ClusterExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WholeLoopIT {
  private static final int SERIES = 4;
  private static final int PARTITIONS = 2;

  /// Two windows of history on each partition are there, and nothing trains yet.
  private static final int STEPS_NAIVE = 30;

  /// Four windows on each partition were there at step 32, eight will not be before step 64: each
  /// has trained once.
  private static final int STEPS_BEFORE = 40;

  private static final int STEPS = 60;

  private TestApplication application;
  private Answers answers;
  private PublishedModels models;

  @BeforeAll
  void run(KafkaCluster cluster) {
    var waves = new Waves(SERIES, PARTITIONS);
    application =
        TestApplication.create(
            cluster, "loop", PARTITIONS, Map.of(StreamsConfig.NUM_STREAM_THREADS_CONFIG, "2"));
    try (Instance instance = application.start()) {
      application.send(waves.steps(0, STEPS_NAIVE));
      instance.awaitProcessed(SERIES * STEPS_NAIVE);
      application.send(waves.steps(STEPS_NAIVE, STEPS_BEFORE));
      instance.awaitDecision(2);
      application.send(waves.steps(STEPS_BEFORE, STEPS));
      instance.awaitSettled(SERIES * STEPS);
    }
    answers = Answers.await(application);
    models = PublishedModels.versions(application);
  }

  @Test
  void shouldAnswerEachEventExactlyOnceUnderItsKeyAndPartition() {
    assertThat(answers.byOrigin().keySet()).isEqualTo(application.sent().keySet());
    for (Answer answer : answers.all()) {
      Event event = Objects.requireNonNull(application.sent().get(answer.origin()));
      assertThat(answer.key()).isEqualTo(event.key());
      assertThat(answer.partition()).isEqualTo(event.partition());
      assertThat(answer.forecast().getActualValue()).isEqualTo(event.value());
    }
  }

  @Test
  void shouldSendEachFullWindowToHistory() {
    var deserializer =
        application
            .registry()
            .serde(HistoryWindow.class, application.topics().history())
            .deserializer();
    List<String> windows = new ArrayList<>();
    for (var record : TopicReader.readAll(application.cluster(), application.topics().history())) {
      if (HistoryKey.slot(record.key()) < 0) {
        continue; // Asks to join a round.
      }
      HistoryWindow window = deserializer.deserialize(record.topic(), record.value());
      String key = new String(HistoryKey.series(record.key()), StandardCharsets.UTF_8);
      assertThat(window.getValues()).isEqualTo(values(key, window.getFirstStep()));
      assertThat(record.partition()).isEqualTo(window.getPartition());
      windows.add(key + " " + window.getWindow());
    }
    assertThat(windows)
        .contains("series-0 0", "series-0 1", "series-0 2", "series-3 2")
        .doesNotContain("series-0 3");
  }

  private List<Double> values(String key, long firstStep) {
    return application.sent().values().stream()
        .filter(event -> event.key().equals(key))
        .skip(firstStep)
        .limit(TestApplication.WINDOW)
        .map(Event::value)
        .toList();
  }

  @Test
  void shouldPublishTheMeanOfWhatThePartitionsHaveTrained() {
    PublishedModels candidates = PublishedModels.candidates(application);

    // A partition that is asked before its fourth window abstains from the first round.
    assertThat(candidates.digests())
        .as("two rounds")
        .hasSizeBetween(1 + PARTITIONS, 2 * PARTITIONS);
    assertThat(models.manifests()).extracting(ModelManifest::getVersion).containsExactly(1, 2);
    assertThat(models.manifests()).extracting(ModelManifest::getBaseVersion).containsExactly(0, 1);
    assertThat(candidates.digests())
        .as("one of the first round's, and a mean")
        .contains(models.digests().getFirst())
        .doesNotContain(models.digests().getLast());
    assertThat(models.manifests().getLast().getProvenance())
        .containsEntry("training.partition", "0,1");
    assertThat(models.decisions())
        .extracting(ModelDecision::getSequence, ModelDecision::getPredecessor)
        .containsExactly(tuple(1L, 0L), tuple(2L, 1L));
  }

  @Test
  void shouldAnswerWithTheNewVersionAfterTheSwap() {
    for (Answer answer : answers.all()) {
      Forecast forecast = answer.forecast();
      if (forecast.getSteps() > STEPS_BEFORE) {
        assertThat(forecast.getModelVersion()).isEqualTo(2);
        assertThat(forecast.getDecision()).isEqualTo(2);
      } else if (forecast.getSteps() <= STEPS_NAIVE) {
        assertThat(forecast.getModelVersion()).as("before there was history enough").isZero();
      }
    }
  }

  @Test
  void shouldAnswerAsARewarmedKeyUnderThePublishedWeights() {
    answers.assertAsReplayed();
  }

  @Test
  void shouldForecastBetterThanTheLastValueOnceTrained() {
    double error = 0;
    double errorOfLastValue = 0;
    for (Answer answer : answers.all()) {
      Forecast forecast = answer.forecast();
      if (forecast.getSteps() > STEPS_BEFORE + 1) {
        List<Double> recent = values(answer.key(), forecast.getSteps() - 2);
        error += Math.abs(forecast.getActualValue() - forecast.getExpectedValue());
        errorOfLastValue += Math.abs(recent.get(1) - recent.get(0));
      }
    }
    assertThat(error).isLessThan(errorOfLastValue / 2);
  }
}
