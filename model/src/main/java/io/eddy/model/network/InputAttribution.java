package io.eddy.model.network;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Says which input a network's forecast of the next value hung on: gradient times input
/// (Shrikumar, Greenside, Kundaje: Learning Important Features Through Propagating Activation
/// Differences, ICML 2017, section 2) of the one-step median or location, with respect to the
/// newest step's inputs and lags.
///
/// ```
/// contribution[i] = x[i] · ∂median/∂x[i]
/// ```
///
/// Where the network is linear in an input, as it is in its lags, that is exactly the part of the
/// forecast which would be missing were the input zero; else it is so to the first order. Inputs of
/// one name are added up. The base forecast is no part of it: the inputs correct it.
///
/// The network runs over the series' last steps from its initial state, so that nothing is needed
/// but the ring: the same series gives the same bits, whoever asks. The trainer's unroller does it,
/// forward and back, some hundred times the work of one event: for events that are worth it. One
/// thread at a time.
public final class InputAttribution {
  /// Steps that the network runs over. What lies further back hardly moves its state any more.
  private static final int STEPS = 64;

  private final ForecasterSpec spec;
  private final Preparation preparation;
  private final Unroller unroller;
  private final Rows inputs;
  private final Rows center;
  private final String[] names; // different ones
  private final int[] nameOf; // by input
  private final double[] contributions; // by name, scratch

  public InputAttribution(Forecaster forecaster) {
    spec = forecaster.spec();
    preparation = spec.preparation();
    ForecasterProgram program = ForecasterProgram.withInputGradient(spec);
    unroller = new Unroller(program.program(), forecaster.parameters(), STEPS, 1, Kernels.best());
    inputs = unroller.rows(program.inputs());
    center = unroller.rows(program.center());
    List<String> all = preparation.inputNames();
    List<String> different = all.stream().distinct().toList();
    names = different.toArray(String[]::new);
    nameOf = all.stream().mapToInt(different::indexOf).toArray();
    contributions = new double[names.length];
  }

  /// The input that contributed most to the forecast made at the series' newest step; nothing if no
  /// input contributed at all, as under a network that has learned nothing.
  ///
  /// @param series with at least one step
  public Optional<Influence> loudest(Series series) {
    int last = backpropagate(series);
    Arrays.fill(contributions, 0);
    for (int i = 0; i < nameOf.length; i++) {
      int at = inputs.at(last) + i;
      contributions[nameOf[i]] += (double) inputs.values()[at] * inputs.gradients()[at];
    }
    int loudest = 0;
    double sum = 0;
    for (int name = 0; name < names.length; name++) {
      double size = Math.abs(contributions[name]);
      sum += size;
      loudest = size > Math.abs(contributions[loudest]) ? name : loudest;
    }
    return sum > 0 && Double.isFinite(sum)
        ? Optional.of(new Influence(names[loudest], Math.abs(contributions[loudest]) / sum))
        : Optional.empty();
  }

  /// Derivatives of the one-step median with respect to the newest step's inputs, in the order of
  /// [Preparation#inputs].
  float[] gradient(Series series) {
    int at = inputs.at(backpropagate(series));
    return Arrays.copyOfRange(inputs.gradients(), at, at + preparation.inputSize());
  }

  /// Runs forward, and back from the newest step's median.
  ///
  /// @return the newest step's row
  private int backpropagate(Series series) {
    int steps = series.size();
    if (series.steps() > series.size()) {
      // The first steps of a ring that has lost the series' beginning lack their own past.
      steps -= preparation.recurrentLookback();
    }
    steps = Math.clamp(steps, 1, STEPS);
    int last = steps - 1;
    for (int t = 0; t < last; t++) {
      int at = inputs.at(t);
      preparation.recurrentInputs(series, last - t, inputs.values(), at);
      // Nothing is forecast from there.
      Arrays.fill(
          inputs.values(), at + preparation.recurrentSize(), at + preparation.inputSize(), 0);
    }
    preparation.inputs(series, inputs.values(), inputs.at(last));
    unroller.reset(0);
    unroller.forward(steps);
    unroller.clearRowGradients();
    center.gradients()[center.at(last)] = 1; // one step ahead
    unroller.backward();
    Gradients.clear(unroller.gradients()); // the weights', which nobody asks for
    return last;
  }
}
