package io.eddy.processors.training;

import io.eddy.model.checkpoint.CaptionerCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.CaptionedVectors;
import io.eddy.model.sequence.CaptionerTraining;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TrainedCaptioner;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How what writes sentences about vectors learns.
record CaptionerLearning(ProcessorsConfig config)
    implements AnnotationLearning<TrainedCaptioner, CaptionedVectors> {

  @Override
  public List<CaptionedVectors> examples(ByteBuffer window) {
    return VectorExample.FORMAT.decode(window).stream()
        // Others are of a time when the configuration said otherwise.
        .filter(
            example ->
                example.vectors()[0].length == config.captionFeatures()
                    && example.vectors().length <= config.captionCellsMax())
        .map(example -> new CaptionedVectors(example.vectors(), example.caption()))
        .toList();
  }

  @Override
  public @Nullable String fault(List<CaptionedVectors> examples) {
    return examples.stream().noneMatch(CaptionerTraining::hasWords)
        ? "there are no vectors of "
            + config.captionFeatures()
            + " numbers with sentences about them, expected some"
        : null;
  }

  @Override
  public TrainedCaptioner learn(
      List<CaptionedVectors> examples,
      List<CaptionedVectors> heldOut,
      long seed,
      Team team,
      LearningListener listener) {
    return new CaptionerTraining(config.captionerSettings(examples.size(), seed), team)
        .train(examples, heldOut, listener);
  }

  @Override
  public double loss(TrainedCaptioner model, List<CaptionedVectors> examples) {
    return CaptionerTraining.loss(model, examples);
  }

  @Override
  public byte[] file(TrainedCaptioner model, Map<String, String> provenance) {
    return CaptionerCheckpoint.write(model.withProvenance(provenance));
  }
}
