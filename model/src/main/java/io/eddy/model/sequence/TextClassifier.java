package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import java.util.List;

/// Names the classes of texts by a [TrainedClassifier], one after the other. One thread at a time.
public final class TextClassifier {

  /// What a class is taken to be worth that the classifier does not know.
  private static final double UNKNOWN_PROBABILITY = 1e-6;

  private final TrainedClassifier model;
  private final MessageClassifier classifier;

  TextClassifier(TrainedClassifier model, Kernels kernels) {
    this.model = model;
    classifier = new MessageClassifier(model.network(), model.parameters(), kernels);
  }

  /// The classes of a text; attention goes to its first tokens, as many as are read.
  ///
  /// @param tokens as they are written, any number
  public Classification classify(List<String> tokens) {
    LabelledMessage message = model.encode(tokens, 0);
    return classifier.classify(message.symbols(), message.pairs());
  }

  /// The name of the likeliest class.
  public String label(List<String> tokens) {
    return model.labels().get(classify(tokens).label());
  }

  /// How unexpected a text's own label is, in nats.
  public double surprise(AnnotatedText text) {
    int label = model.labels().indexOf(text.label());
    double probability =
        label < 0 ? UNKNOWN_PROBABILITY : classify(text.tokens()).probabilities()[label];
    return -StrictMath.log(Math.max(probability, UNKNOWN_PROBABILITY));
  }
}
