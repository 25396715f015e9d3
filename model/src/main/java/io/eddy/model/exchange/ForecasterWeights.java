package io.eddy.model.exchange;

import io.eddy.model.cell.CellType;
import io.eddy.model.checkpoint.CheckpointException;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.SeriesSpec;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import java.util.TreeMap;
import java.util.TreeSet;

/// A forecaster as weights alone, for PyTorch's strict `load_state_dict`, with everything else in
/// the metadata; and a forecaster out of a state dict that knows nothing of Eddy.
public final class ForecasterWeights {

  /// The calibration in the metadata; a checkpoint has it among its tensors.
  private static final String CALIBRATION = "calibration.width";

  private static final String NETWORK = "eddy.network";

  /// Of the forecasters that can be made of weights alone: one interval around a median.
  private static final int QUANTILE_COUNT = 3;

  private ForecasterWeights() {}

  /// Whether a file's metadata says that its weights are a forecaster's, written by [#metadata].
  public static boolean isForecaster(Map<String, String> metadata) {
    return "forecaster".equals(metadata.get(NETWORK)) && metadata.containsKey(CALIBRATION);
  }

  /// Spec, provenance and calibration as text.
  public static Map<String, String> metadata(Forecaster forecaster) {
    // The checkpoint's own metadata, so that it can be put together again.
    Map<String, String> metadata =
        new TreeMap<>(Safetensors.fromBytes(ForecasterCheckpoint.write(forecaster)).metadata());
    var text = new StringJoiner(",");
    for (float factor : forecaster.calibration()) {
      text.add(Float.toString(factor));
    }
    metadata.put(CALIBRATION, text.toString());
    return metadata;
  }

  /// The forecaster of weights and of what [#metadata] said.
  ///
  /// @throws CheckpointException if they do not go together
  public static Forecaster of(StateDict weights, Map<String, String> metadata) {
    Map<String, String> kept = new TreeMap<>(metadata);
    String calibration = kept.remove(CALIBRATION);
    if (calibration == null) {
      throw new CheckpointException(
          "the metadata has no "
              + CALIBRATION
              + ": these are no weights of a forecaster of Eddy's");
    }
    float[] factors = factors(calibration);
    Map<String, Safetensors.Tensor> tensors = new TreeMap<>(weights.tensors());
    tensors.put(CALIBRATION, new Safetensors.Tensor(shape(kept, factors.length), factors));
    return ForecasterCheckpoint.read(new Safetensors(kept, tensors).toBytes());
  }

  private static float[] factors(String text) {
    String[] parts = text.split(",", -1);
    float[] factors = new float[parts.length];
    for (int i = 0; i < factors.length; i++) {
      try {
        factors[i] = Float.parseFloat(parts[i]);
      } catch (NumberFormatException e) {
        throw new CheckpointException(
            CALIBRATION + " is " + text + ", expected numbers with commas between them", e);
      }
    }
    return factors;
  }

  /// The shape that a checkpoint gives its calibration.
  private static int[] shape(Map<String, String> metadata, int count) {
    ForecasterSpec spec;
    try {
      spec = ForecasterSpec.fromMetadata(metadata);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("the metadata: " + e.getMessage(), e);
    }
    int size = Forecaster.calibrationSize(spec);
    if (count != size) {
      throw new CheckpointException(
          CALIBRATION
              + " has "
              + count
              + " factors, expected "
              + size
              + ": one for each bound and step ahead");
    }
    return new int[] {spec.quantileCount() - 1, spec.horizon()};
  }

  /// Whether tensors have a forecaster's names: a recurrent layer `rnn`, a linear layer `head`, and
  /// `path.weight`.
  public static boolean looksLikeForecaster(StateDict weights) {
    Set<String> names = new TreeSet<>(weights.tensors().keySet());
    boolean complete =
        names.containsAll(
            Set.of("rnn.weight_ih_l0", "rnn.weight_hh_l0", "head.weight", "path.weight"));
    names.removeIf(name -> name.startsWith("rnn.") || name.startsWith("head."));
    return complete && names.equals(Set.of("path.weight"));
  }

  /// A forecaster of weights that were trained elsewhere, uncalibrated: the interval is as wide as
  /// its quantiles say.
  ///
  /// Cell, sizes, layers, horizon and lags follow from the shapes; what no shape shows is given.
  ///
  /// @param seasons steps of each season, ascending; none, one or two
  /// @param confidence share that the interval of these quantiles shall cover
  /// @param windowSize events of one window of history
  /// @throws CheckpointException if the shapes are no forecaster's
  public static Forecaster of(
      StateDict weights,
      List<Integer> seasons,
      double confidence,
      int windowSize,
      Map<String, String> provenance) {
    int[] state = matrix(weights, "rnn.weight_hh_l0");
    int[] head = matrix(weights, "head.weight");
    int lagCount = matrix(weights, "path.weight")[1];
    CellType cell =
        switch (state[0] / state[1]) {
          case 1 -> CellType.ELMAN;
          case 3 -> CellType.GRU;
          case 4 -> CellType.LSTM;
          default ->
              throw new CheckpointException(
                  "rnn.weight_hh_l0 has shape "
                      + Arrays.toString(state)
                      + ", which is no RNN, GRU or LSTM");
        };
    int layers = 1;
    while (weights.tensors().containsKey("rnn.weight_ih_l" + layers)) {
      layers++;
    }
    int inputs = matrix(weights, "rnn.weight_ih_l0")[1];
    SeriesSpec series = SeriesSpec.of(seasons, BaseForecast.NAIVE);
    int expected = new Preparation(series, lagCount).recurrentSize();
    if (inputs != expected) {
      throw new CheckpointException(
          "the network reads "
              + inputs
              + " inputs a step, a forecaster "
              + (seasons.isEmpty() ? "without a season" : "with seasons of " + seasons)
              + " has "
              + expected
              + ": with one season it has 5, with two 7, so name its season");
    }
    if (head[0] % QUANTILE_COUNT != 0) {
      throw new CheckpointException(
          "head.weight has "
              + head[0]
              + " outputs, expected "
              + QUANTILE_COUNT
              + " quantiles for each step ahead");
    }
    ForecasterSpec spec;
    try {
      spec =
          new ForecasterSpec(
              cell,
              state[1],
              layers,
              head[0] / QUANTILE_COUNT,
              series,
              lagCount,
              List.of(confidence),
              ForecastValue.MEDIAN,
              windowSize);
    } catch (IllegalArgumentException e) {
      throw new CheckpointException("no forecaster is of these sizes: " + e.getMessage(), e);
    }
    Parameters parameters = weights.toParameters(ForecasterProgram.of(spec).program().parameters());
    float[] calibration = new float[Forecaster.calibrationSize(spec)];
    Arrays.fill(calibration, 1);
    return new Forecaster(spec, parameters, calibration, provenance);
  }

  private static int[] matrix(StateDict weights, String name) {
    int[] shape = weights.tensor(name).shape();
    if (shape.length != 2 || shape[0] < 1 || shape[1] < 1) {
      throw new CheckpointException(
          name + " has shape " + Arrays.toString(shape) + ", expected a matrix");
    }
    return shape;
  }
}
