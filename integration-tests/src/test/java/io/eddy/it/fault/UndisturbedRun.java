package io.eddy.it.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.it.cluster.Answers;
import io.eddy.it.cluster.Answers.Answer;
import io.eddy.it.cluster.Instance;
import io.eddy.it.cluster.KeyStates;
import io.eddy.it.cluster.TestApplication;
import io.eddy.it.scenario.Origin;
import io.eddy.model.network.Forecaster;
import java.util.ArrayList;
import java.util.Objects;
import java.util.SortedMap;

/// What an application that nothing happens to makes of the same events.
final class UndisturbedRun {
  private UndisturbedRun() {}

  /// Fails unless the committed answers and the final states of an application under one imported
  /// version have the bytes that one instance, left alone, gives them.
  ///
  /// @param same an application of the same settings that has got nothing yet
  /// @param model the version that answers both
  static void assertEqualBytes(TestApplication disturbed, TestApplication same, Forecaster model) {
    try (Instance instance = same.start()) {
      same.importModel(model);
      instance.awaitDecision(1);
      same.send(new ArrayList<>(disturbed.sent().values()));
      instance.awaitCommitted(same.sent().size());
    }
    assertThat(same.sent()).as("the same events in the same places").isEqualTo(disturbed.sent());
    SortedMap<Origin, Answer> expected = Answers.await(same).byOrigin();
    SortedMap<Origin, Answer> answers = Answers.await(disturbed).byOrigin();
    assertThat(answers.keySet()).isEqualTo(expected.keySet());
    answers.forEach(
        (origin, answer) -> {
          Answer other = Objects.requireNonNull(expected.get(origin));
          assertThat(answer.forecast()).isEqualTo(other.forecast());
          assertThat(answer).isEqualTo(other);
        });
    assertThat(KeyStates.read(disturbed)).isEqualTo(KeyStates.read(same));
  }
}
