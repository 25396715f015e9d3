package io.eddy.deploy.demo;

import io.eddy.deploy.models.ModelTopics;
import io.eddy.processors.progress.Progress;
import java.util.List;
import java.util.Map;

/// A story that the demo plays with made-up series: something happens to the stream or to a model,
/// and Eddy deals with it by itself.
interface Scenario {
  /// What a story plays with.
  ///
  /// @param models of the application
  record Stage(ObservationSender sender, Course course, Progress progress, ModelTopics models) {}

  /// The settings that it is told with.
  Map<String, String> settings();

  /// Plays it.
  void play(Stage stage);

  /// What came of it, by the names of the JSON object's fields.
  Map<String, Object> outcome();

  /// The same for people.
  List<String> lines();
}
