package io.eddy.processors.training;

import io.eddy.model.checkpoint.TranslatorCheckpoint;
import io.eddy.model.parallel.Team;
import io.eddy.model.sequence.LearningListener;
import io.eddy.model.sequence.TextPair;
import io.eddy.model.sequence.TrainedTranslator;
import io.eddy.model.sequence.TranslatorTraining;
import io.eddy.processors.config.ProcessorsConfig;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How translators learn.
record TranslatorLearning(ProcessorsConfig config)
    implements AnnotationLearning<TrainedTranslator, TextPair> {

  @Override
  public List<TextPair> examples(ByteBuffer window) {
    return TextExample.TRANSLATIONS.decode(window).stream()
        .map(example -> new TextPair(example.text(), example.label()))
        .toList();
  }

  @Override
  public @Nullable String fault(List<TextPair> examples) {
    return examples.stream().noneMatch(TranslatorTraining::hasWords)
        ? "there are no messages with translations, expected some"
        : null;
  }

  @Override
  public TrainedTranslator learn(
      List<TextPair> examples,
      List<TextPair> heldOut,
      long seed,
      Team team,
      LearningListener listener) {
    return new TranslatorTraining(config.translatorSettings(examples.size(), seed), team)
        .train(examples, heldOut, listener);
  }

  @Override
  public double loss(TrainedTranslator model, List<TextPair> examples) {
    return TranslatorTraining.loss(model, examples);
  }

  @Override
  public byte[] file(TrainedTranslator model, Map<String, String> provenance) {
    return TranslatorCheckpoint.write(model.withProvenance(provenance));
  }
}
