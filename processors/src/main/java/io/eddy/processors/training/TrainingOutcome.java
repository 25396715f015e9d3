package io.eddy.processors.training;

import io.eddy.processors.rollout.ModelMessage;
import java.util.List;

/// How a training on the training thread ended.
sealed interface TrainingOutcome {
  /// It gave weights.
  ///
  /// @param candidate the records that publish them, the manifest last
  record Trained(List<ModelMessage> candidate) implements TrainingOutcome {
    public Trained {
      candidate = List.copyOf(candidate);
    }
  }

  /// The loss was no longer finite or blew up: the data or the learning rate, not the program.
  record Diverged(String message) implements TrainingOutcome {}

  /// The history has nothing that this network can be trained on.
  record Unusable(String message) implements TrainingOutcome {}

  /// It met a fault of the program or a lack of memory.
  record Failed(Throwable cause) implements TrainingOutcome {}

  /// Its task was closed; whoever owns the task next finds the job open.
  record Cancelled() implements TrainingOutcome {}
}
