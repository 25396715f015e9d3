package io.eddy.deploy.evaluate;

import java.util.List;

/// All tasks that there are.
public final class EvaluationTasks {

  private static final List<EvaluationTask> ALL =
      List.of(
          Characters.tinyShakespeare(),
          Characters.warAndPeace(),
          Classify.movieReviews(),
          Classify.sentimentTreebank(),
          Classify.questions(),
          Tagging.partsOfSpeech(),
          Tagging.entities(),
          Tagging.slots(),
          new Translation(),
          new Captions(),
          new LogSessions());

  private EvaluationTasks() {}

  /// In the order of the help.
  public static List<EvaluationTask> all() {
    return ALL;
  }
}
