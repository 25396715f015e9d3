package io.eddy.processors.text;

import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.LanguageModelCheckpoint;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.rollout.Assembly;
import io.eddy.processors.rollout.ModelFormat;

/// Language models of one shape.
public final class LanguageModelFormat implements ModelFormat<TrainedLanguageModel> {
  private final LanguageModelSpec expected;

  /// @param expected what a language model must be made of to serve here
  public LanguageModelFormat(LanguageModelSpec expected) {
    this.expected = expected;
  }

  @Override
  public Assembly<TrainedLanguageModel> read(byte[] file) {
    TrainedLanguageModel model;
    try {
      model = LanguageModelCheckpoint.read(file);
    } catch (CheckpointException e) {
      return new Assembly.Invalid<>("the file cannot be read: " + e.getMessage());
    }
    LanguageModelSpec found = model.network().spec();
    return found.equals(expected)
        ? new Assembly.Valid<>(model)
        : new Assembly.Invalid<>(
            "the model was made for other settings: it is " + found + ", expected " + expected);
  }
}
