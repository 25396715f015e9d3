package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;

/// The messages that stand in a classifier's unroller.
final class MessageRows {

  static final int NO_LABEL = -1;

  private final SequenceClassifier.Tracing tracing;
  private final int maxLength;
  private final Unroller unroller;
  private final int[] lengths;

  MessageRows(SequenceClassifier classifier, Unroller unroller, int batchSize) {
    tracing = classifier.tracing();
    maxLength = classifier.spec().maxLength();
    this.unroller = unroller;
    lengths = new int[batchSize];
  }

  int batchSize() {
    return lengths.length;
  }

  /// Steps of the longest message.
  int steps() {
    int steps = 1;
    for (int length : lengths) {
      steps = Math.max(steps, length);
    }
    return steps;
  }

  /// Writes a message from its first step to the last step that there can be.
  void write(int b, int[] symbols, int[] pairs, int label) {
    ProgramBuilder.require(
        symbols.length >= 1 && symbols.length <= maxLength,
        "a message of " + symbols.length + " symbols, expected 1 to " + maxLength);
    unroller.reset(b);
    lengths[b] = symbols.length;
    for (int t = 0; t < maxLength; t++) {
      boolean inside = t < symbols.length;
      boolean counts = label != NO_LABEL && t == symbols.length - 1;
      set(tracing.symbol(), t, b, inside ? symbols[t] : 0);
      set(tracing.pair(), t, b, inside ? pairs[t] : 0);
      set(tracing.mask(), t, b, inside ? 1 : 0);
      set(tracing.target(), t, b, counts ? label : 0);
      set(tracing.weight(), t, b, counts ? 1 : 0);
    }
  }

  private void set(Value value, int t, int b, float to) {
    Rows rows = unroller.rows(value);
    rows.values()[rows.at(t * lengths.length + b)] = to;
  }
}
