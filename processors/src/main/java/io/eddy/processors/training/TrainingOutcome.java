package io.eddy.processors.training;

import io.eddy.processors.rollout.ModelMessage;
import java.nio.ByteBuffer;
import java.util.List;

/// How a training on the training thread ended.
sealed interface TrainingOutcome {
  /// It gave weights.
  ///
  /// @param candidate the records that publish them, the manifest last
  /// @param statistics counts that are added up where several partitions train one version, in the
  ///   form that its [io.eddy.processors.rollout.ModelFormat] reads; may be empty
  record Trained(List<ModelMessage> candidate, ByteBuffer statistics) implements TrainingOutcome {
    public Trained {
      candidate = List.copyOf(candidate);
    }

    /// Where weights are all there is to average.
    Trained(List<ModelMessage> candidate) {
      this(candidate, ByteBuffer.allocate(0));
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
