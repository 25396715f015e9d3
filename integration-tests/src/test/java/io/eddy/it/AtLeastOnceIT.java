package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import io.eddy.it.scenario.Origin;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Under at-least-once a killed instance loses nothing: events may be answered twice, the second
/// time flagged, and none steps its key's state twice.
@ExtendWith(ClusterExtension.class)
class AtLeastOnceIT {

  @Test
  void shouldStepNoStateTwiceThoughAnInstanceIsKilled(KafkaCluster cluster) {
    var undisturbed = KilledRun.undisturbed(cluster, StreamsConfig.AT_LEAST_ONCE);

    var killed = KilledRun.killed(cluster, StreamsConfig.AT_LEAST_ONCE);

    Answers answers = killed.answers();
    var expected = undisturbed.answers().byOrigin();
    Map<Origin, List<Answer>> byOrigin =
        answers.all().stream()
            .collect(Collectors.groupingBy(Answer::origin, TreeMap::new, Collectors.toList()));
    assertThat(byOrigin.keySet()).isEqualTo(killed.application().sent().keySet());
    assertThat(answers.all())
        .as("forecasts of events that were delivered again")
        .anyMatch(answer -> answer.forecast().getRedelivered());
    byOrigin.forEach(
        (origin, given) -> {
          Answer once = Objects.requireNonNull(expected.get(origin));
          given.forEach(
              answer -> {
                if (answer.forecast().getRedelivered()) {
                  assertThat(answer.forecast().getActualValue())
                      .isEqualTo(once.forecast().getActualValue());
                } else {
                  KilledRun.assertSame(answer, once);
                }
              });
        });
    long perKey = killed.events() / killed.states().size();
    assertThat(answers.all())
        .allSatisfy(answer -> assertThat(answer.forecast().getSteps()).isBetween(1L, perKey));
    assertThat(killed.states()).isEqualTo(undisturbed.states());
  }
}
