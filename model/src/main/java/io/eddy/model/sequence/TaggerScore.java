package io.eddy.model.sequence;

import io.eddy.model.evaluation.SpanScore;
import io.eddy.model.kernel.Kernels;
import java.util.List;

/// How well a tagger does on texts whose tags are known.
///
/// @param accuracy share of tokens whose tag is right
/// @param f1 of exact spans; 0 where tags are of none
/// @param labelAccuracy share of texts whose label is right; 1 where texts have none
/// @param loss what is to be small: spans and labels that are wrong, or tags
public record TaggerScore(double accuracy, double f1, double labelAccuracy, double loss) {

  /// Tags the texts, as many side by side as asked for.
  ///
  /// @param texts at least one
  public static TaggerScore of(TrainedTagger model, List<AnnotatedText> texts, int batchSize) {
    int longest = model.network().spec().maxLength();
    List<AnnotatedText> answers =
        model
            .reader(batchSize, Kernels.best())
            .tagAll(texts.stream().map(AnnotatedText::tokens).toList());
    var spans = new SpanScore();
    long tokens = 0;
    long right = 0;
    long rightLabels = 0;
    for (int i = 0; i < texts.size(); i++) {
      AnnotatedText text = texts.get(i).upTo(longest);
      AnnotatedText answer = answers.get(i);
      for (int t = 0; t < text.tags().size(); t++) {
        tokens++;
        right += text.tags().get(t).equals(answer.tags().get(t)) ? 1 : 0;
      }
      if (model.hasSpans()) {
        spans.add(text.tags(), answer.tags());
      }
      rightLabels += model.labels().isEmpty() || text.label().equals(answer.label()) ? 1 : 0;
    }
    double accuracy = tokens == 0 ? 1 : (double) right / tokens;
    double f1 = model.hasSpans() ? spans.f1() : 0;
    double labelAccuracy = (double) rightLabels / texts.size();
    return new TaggerScore(
        accuracy, f1, labelAccuracy, 2 - labelAccuracy - (model.hasSpans() ? f1 : accuracy));
  }
}
