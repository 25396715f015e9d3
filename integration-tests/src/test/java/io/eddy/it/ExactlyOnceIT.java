package io.eddy.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.ClusterExtension;
import io.eddy.it.cluster.KafkaCluster;
import java.util.Objects;
import org.apache.kafka.streams.StreamsConfig;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Under exactly-once a killed instance is not to be seen in what was committed: one forecast per
/// event, and the same bytes as without the kill.
@ExtendWith(ClusterExtension.class)
class ExactlyOnceIT {

  @Test
  void shouldAnswerEachEventOnceThoughAnInstanceIsKilled(KafkaCluster cluster) {
    var undisturbed = KilledRun.undisturbed(cluster, StreamsConfig.EXACTLY_ONCE_V2);

    var killed = KilledRun.killed(cluster, StreamsConfig.EXACTLY_ONCE_V2);

    var answers = killed.answers().byOrigin();
    var expected = undisturbed.answers().byOrigin();
    assertThat(killed.forecastsSent())
        .as("forecasts sent, those that the kill undid included")
        .isGreaterThan(killed.events());
    assertThat(answers.keySet()).isEqualTo(killed.application().sent().keySet());
    answers.forEach(
        (origin, answer) ->
            KilledRun.assertSame(answer, Objects.requireNonNull(expected.get(origin))));
    assertThat(killed.states()).isEqualTo(undisturbed.states());
  }
}
