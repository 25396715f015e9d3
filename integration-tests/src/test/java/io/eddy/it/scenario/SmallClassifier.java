package io.eddy.it.scenario;

import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.ClassifierTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TrainedClassifier;
import io.eddy.processors.config.ProcessorsConfig;
import java.util.ArrayList;
import java.util.List;

/// A classifier trained outside of any application: what was great is good, what was poor bad.
public final class SmallClassifier {
  private SmallClassifier() {}

  /// Trains by the settings of an application, in well under a second.
  public static TrainedClassifier train(ProcessorsConfig config) {
    List<AnnotatedText> texts = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      texts.add(AnnotatedText.labelled(List.of("was", "poor"), "bad"));
      texts.add(AnnotatedText.labelled(List.of("was", "great"), "good"));
    }
    try (var team = new Team(1)) {
      return new ClassifierTraining(config.classifierSettings(texts.size(), 1), team)
          .train(texts, List.of(), new LearningListener() {});
    }
  }
}
