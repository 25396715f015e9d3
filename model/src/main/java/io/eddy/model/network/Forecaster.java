package io.eddy.model.network;

import io.eddy.model.parameter.Parameters;
import java.util.LinkedHashMap;
import java.util.Map;

/// A trained forecaster: spec, weights, calibration and where they come from. Immutable by
/// contract: nobody writes to its weights.
public final class Forecaster {

  private final ForecasterSpec spec;
  private final Parameters parameters;
  private final float[] calibration; // (Q - 1, T): factors of the distance from the median
  private final Map<String, String> provenance;

  /// @param parameters taken over, not copied
  /// @param calibration (quantiles but the median · horizon) factors by which the validation data
  ///   say that the quantiles' distances from the median must be multiplied to cover what they
  ///   promise
  /// @param provenance data range, settings, scores; no clock, so that equal trainings give equal
  ///   bytes
  public Forecaster(
      ForecasterSpec spec,
      Parameters parameters,
      float[] calibration,
      Map<String, String> provenance) {
    if (!parameters.specs().equals(ForecasterProgram.of(spec).program().parameters())) {
      throw new IllegalArgumentException(
          "the weights are for " + parameters.specs() + ", which is not the network of " + spec);
    }
    if (calibration.length != calibrationSize(spec)) {
      throw new IllegalArgumentException(
          "the calibration has "
              + calibration.length
              + " factors, a horizon of "
              + spec.horizon()
              + " with "
              + spec.quantileCount()
              + " quantiles needs "
              + calibrationSize(spec));
    }
    this.spec = spec;
    this.parameters = parameters;
    this.calibration = calibration.clone();
    this.provenance = Map.copyOf(provenance);
  }

  /// A forecaster that has learned nothing: it answers the naive forecast.
  public static Forecaster initial(ForecasterSpec spec, long seed) {
    float[] calibration = new float[calibrationSize(spec)];
    java.util.Arrays.fill(calibration, 1);
    Map<String, String> provenance = new LinkedHashMap<>();
    provenance.put("eddy.training.seed", Long.toString(seed));
    return new Forecaster(
        spec,
        Parameters.initial(ForecasterProgram.of(spec).program().parameters(), seed),
        calibration,
        provenance);
  }

  public ForecasterSpec spec() {
    return spec;
  }

  /// The weights, shared and only to be read.
  public Parameters parameters() {
    return parameters;
  }

  /// Numbers that a calibration of this spec has.
  public static int calibrationSize(ForecasterSpec spec) {
    return (spec.quantileCount() - 1) * spec.horizon();
  }

  /// Factor of a quantile's distance from the median, `ahead` steps ahead.
  ///
  /// @param quantile any but the median
  public float width(int quantile, int ahead) {
    int block = quantile < spec.quantileCount() / 2 ? quantile : quantile - 1;
    return calibration[block * spec.horizon() + ahead - 1];
  }

  /// A copy of all calibration factors, (quantiles but the median · horizon).
  public float[] calibration() {
    return calibration.clone();
  }

  /// Data range, settings and validation scores of the training.
  public Map<String, String> provenance() {
    return provenance;
  }
}
