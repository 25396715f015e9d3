package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;

/// Reads a stream of symbols by a trained [LanguageModel], one step each, and says how unexpected
/// each was. What it remembers is the state of the text read so far, [#stateSize] floats. One
/// thread at a time.
public final class LanguageModelReader {

  private final LanguageModel.Reading reading;
  private final Stepper stepper;
  private final int stateSize;

  /// @param parameters weights, shared
  public LanguageModelReader(LanguageModel model, Parameters parameters, Kernels kernels) {
    reading = model.reading();
    stepper = new Stepper(reading.program(), parameters, 1, kernels);
    stateSize = reading.program().stateSize();
  }

  /// Floats of a text's state.
  public int stateSize() {
    return stateSize;
  }

  /// A text that nothing was read of.
  public float[] freshState() {
    float[] state = new float[stateSize];
    stepper.initialState(state, 0);
    return state;
  }

  /// Goes on with a text.
  public void load(float[] state) {
    stepper.load(0, state, 0);
  }

  /// Puts the state of the text where the caller keeps it.
  public void store(float[] state) {
    stepper.store(0, state, 0);
  }

  /// Reads one symbol; then [#surprise] is about the next.
  public void read(int symbol) {
    Rows rows = stepper.rows(reading.symbol());
    rows.values()[rows.at(0)] = symbol;
    stepper.step();
  }

  /// How unexpected a symbol would be as the next: `-ln P`, in nats.
  public double surprise(int next) {
    Rows rows = stepper.rows(reading.logProbabilities());
    return -rows.values()[rows.at(0) + next];
  }

  /// How many symbols are likelier than this one as the next; of equal ones none.
  public int rank(int next) {
    Rows rows = stepper.rows(reading.logProbabilities());
    int first = rows.at(0);
    int likelier = 0;
    for (int symbol = 0; symbol < reading.logProbabilities().width(); symbol++) {
      if (rows.values()[first + symbol] > rows.values()[first + next]) {
        likelier++;
      }
    }
    return likelier;
  }
}
