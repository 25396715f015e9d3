package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.util.Arrays;

/// Names the class of messages by a trained [SequenceClassifier], one after the other. Weights are
/// shared, everything else is made once. One thread at a time.
public final class MessageClassifier {

  private static final float[] NONE = {};

  private final SequenceClassifier.Tracing tracing;
  private final Unroller unroller;
  private final MessageRows rows;

  /// @param parameters weights, shared
  public MessageClassifier(SequenceClassifier classifier, Parameters parameters, Kernels kernels) {
    tracing = classifier.tracing();
    unroller =
        new Unroller(tracing.program(), parameters, classifier.spec().maxLength(), 1, kernels);
    rows = new MessageRows(classifier, unroller, 1);
  }

  /// The classes of a message.
  ///
  /// @param symbols of the message, 1 to the longest that the shape allows
  /// @param pairs of each symbol with the one before it, see [LabelledMessage]
  public Classification classify(int[] symbols, int[] pairs) {
    rows.write(0, symbols, pairs, MessageRows.NO_LABEL);
    unroller.forward(symbols.length);
    int last = symbols.length - 1;
    Value attention = tracing.attention();
    return new Classification(
        row(tracing.probabilities(), last, tracing.probabilities().width()),
        attention == null ? NONE : row(attention, last, symbols.length));
  }

  private float[] row(Value value, int step, int width) {
    Rows all = unroller.rows(value);
    return Arrays.copyOfRange(all.values(), all.at(step), all.at(step) + width);
  }
}
