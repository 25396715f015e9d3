package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.text.Vocabulary;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A classifier of texts with all that it has learned: words and their numbers, the names of
/// classes, weights. Immutable by contract: nobody writes to its weights.
///
/// @param words in lower case
/// @param pairs of words in lower case, with a blank between
/// @param labels names of the classes, by number
/// @param parameters taken over, not copied
/// @param provenance where it comes from; no clock, so that equal trainings give equal bytes
public record TrainedClassifier(
    SequenceClassifier network,
    Vocabulary words,
    Vocabulary pairs,
    List<String> labels,
    Parameters parameters,
    Map<String, String> provenance) {

  private static final List<String> NOTHING = List.of("");

  public TrainedClassifier {
    SequenceClassifierSpec spec = network.spec();
    labels = List.copyOf(labels);
    ProgramBuilder.require(
        spec.symbols() == words.size()
            && spec.pairs() == pairs.size()
            && spec.classes() == labels.size(),
        words.size()
            + " words, "
            + pairs.size()
            + " pairs and "
            + labels.size()
            + " labels for a network of "
            + spec);
    ProgramBuilder.require(
        parameters.specs().equals(network.parameters()),
        "the weights are for " + parameters.specs() + ", which is not the network of " + spec);
    provenance = Map.copyOf(provenance);
  }

  /// The same with other words on where it comes from.
  public TrainedClassifier withProvenance(Map<String, String> other) {
    return new TrainedClassifier(network, words, pairs, labels, parameters, other);
  }

  /// One that classifies texts. Weights are shared, everything else is made once.
  public TextClassifier reader(Kernels kernels) {
    return new TextClassifier(this, kernels);
  }

  /// A text in numbers. One without words is one word that nobody knows.
  LabelledMessage encode(List<String> text, int label) {
    List<String> tokens = text.isEmpty() ? NOTHING : text;
    int[] symbols = new int[Math.min(tokens.size(), network.spec().maxLength())];
    int[] pairNumbers = new int[symbols.length];
    String before = "";
    for (int i = 0; i < symbols.length; i++) {
      String word = word(tokens.get(i));
      symbols[i] = words.number(word);
      pairNumbers[i] = i == 0 ? 0 : pairs.number(pair(before, word));
      before = word;
    }
    return new LabelledMessage(symbols, pairNumbers, label);
  }

  static String word(String token) {
    return token.toLowerCase(Locale.ROOT);
  }

  static String pair(String first, String second) {
    return first + " " + second;
  }
}
