package io.eddy.model.series;

/// A series as seen from one of its steps: that step and what came before.
///
/// The stream sees it through a key's ring, the trainer through an array; both prepare the
/// network's inputs by [Preparation] from this one view.
public interface Past {

  /// Steps that can be seen, this one included.
  int size();

  /// The value `back` steps before this one, in the series' own unit; `back` 0 is this step.
  double value(int back);

  /// The running scale as it stood right after the step `back` steps before this one: the mean
  /// absolute difference of neighbouring values, in the series' own unit.
  double scale(int back);
}
