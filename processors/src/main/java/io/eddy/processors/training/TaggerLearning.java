package io.eddy.processors.training;

import io.eddy.model.checkpoint.TaggerCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.AnnotatedText;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TaggerScore;
import io.eddy.model.sequence.TaggerTraining;
import io.eddy.model.sequence.TrainedTagger;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How taggers learn.
record TaggerLearning(ProcessorsConfig config)
    implements AnnotationLearning<TrainedTagger, AnnotatedText> {

  @Override
  public List<AnnotatedText> examples(ByteBuffer window) {
    List<AnnotatedText> texts = new ArrayList<>();
    for (TextExample example : TextExample.ANNOTATIONS.decode(window)) {
      List<String> words = example.words(config.textTokenizer(), config.textTokensMax());
      // Others were cut otherwise, by a setting that has changed since.
      if (words.size() == example.tags().size()) {
        texts.add(new AnnotatedText(words, example.tags(), example.label()));
      }
    }
    return texts;
  }

  @Override
  public @Nullable String fault(List<AnnotatedText> examples) {
    return examples.isEmpty() ? "there are no messages with tags, expected some" : null;
  }

  @Override
  public TrainedTagger learn(
      List<AnnotatedText> examples,
      List<AnnotatedText> heldOut,
      long seed,
      Team team,
      LearningListener listener) {
    return new TaggerTraining(config.taggerSettings(examples.size(), seed), team)
        .train(examples, heldOut, listener);
  }

  @Override
  public double loss(TrainedTagger model, List<AnnotatedText> examples) {
    return TaggerScore.of(model, examples, config.trainingSettings().batchSize()).loss();
  }

  @Override
  public byte[] file(TrainedTagger model, Map<String, String> provenance) {
    return TaggerCheckpoint.write(model.withProvenance(provenance));
  }
}
