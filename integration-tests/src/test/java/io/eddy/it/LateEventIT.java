package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.cluster.StateDirectory;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Event;
import io.eddy.it.scenario.Waves;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.avro.Forecast;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Events that come late within their window leave no trace: what a series says afterwards is what
/// it would have said had they come in time, also where a restart lies between the gap and the
/// event that fills it.
@ExtendWith(ClusterExtension.class)
class LateEventIT {
  private static final Waves WAVES = new Waves(3, 1);

  // The window of the tests' applications ends at 32 and 48: nothing is late across that.
  private static final int FROM = 33;
  private static final int TO = 47;
  private static final int LAST = 50;

  @ParameterizedTest
  @EnumSource
  void shouldGoOnAsIfLateEventsHadComeInTime(Disk disk, KafkaCluster cluster) {
    List<Forecast> inTime = lastAnswers(cluster, disk, WAVES.steps(FROM, TO));
    List<Event> shuffled = new ArrayList<>(WAVES.steps(FROM, TO));
    Collections.shuffle(shuffled, new Random(7));

    List<Forecast> late = lastAnswers(cluster, disk, shuffled);

    assertThat(late).isEqualTo(inTime);
  }

  /// What the events after the late ones are answered with.
  private static List<Forecast> lastAnswers(KafkaCluster cluster, Disk disk, List<Event> middle) {
    TestApplication application =
        TestApplication.create(
            cluster,
            "late",
            1,
            Map.of(ProcessorsConfig.TRAINING_ENABLED, "false", ProcessorsConfig.WINDOW_SIZE, "16"));
    int half = middle.size() / 2;
    try (StateDirectory state = StateDirectory.create()) {
      try (Instance first = application.start(state)) {
        send(application, first, WAVES.steps(0, FROM));
        send(application, first, middle.subList(0, half));
      }
      disk.afterStop(state);
      try (Instance second = application.start(state)) {
        send(application, second, middle.subList(half, middle.size()));
        send(application, second, WAVES.steps(TO, LAST));
      }
    }
    return Answers.await(application).byOrigin().values().stream()
        .map(Answers.Answer::forecast)
        .filter(forecast -> forecast.getInputOffset() >= (long) TO * WAVES.keys())
        .toList();
  }

  private static void send(TestApplication application, Instance instance, List<Event> events) {
    long before = instance.progress().answered();
    application.send(events);
    instance.awaitProcessed(before + events.size());
  }
}
