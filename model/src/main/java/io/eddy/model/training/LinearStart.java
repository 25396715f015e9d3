package io.eddy.model.training;

import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.series.Preparation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Where a fresh forecaster's linear path starts from: the ridge regression of the targets on the
/// path's lags and covariates, in closed form (Hoerl and Kennard 1970).
///
/// Gradient descent finds the same path in thousands of updates, since lags are nearly collinear;
/// the recurrence then learns what is left. The penalty is the one of a small grid that does best
/// on the newest part of the histories, and no path at all if that does best.
final class LinearStart {

  /// Penalties as shares of the lags' mean square.
  private static final double[] PENALTIES = {10, 1, 0.3, 1e-1, 1e-2, 1e-3, 1e-4};

  /// Into which the held-out rows are cut to see how sure a difference is.
  private static final int BLOCKS = 20;

  /// Rows beyond this many add time and nothing else.
  private static final int TRAINING_ROWS = 60_000;

  private static final int VALIDATION_ROWS = 15_000;

  private final ForecasterSpec spec;
  private final Preparation preparation;
  private final RowSample rows;
  private final int lags; // with the path's covariates, and a constant
  private final int horizon;
  private final double[] gram; // (L, L)
  private final double[] moments; // (L, T)
  private final float[] heldOut; // (validation rows, L + T)
  private int trainingRows;
  private int validationRows;

  /// @param rowCount rows of all chunks that will be added, about
  LinearStart(ForecasterSpec spec, long rowCount) {
    this.spec = spec;
    rows = new RowSample(rowCount, TRAINING_ROWS);
    preparation = spec.preparation();
    lags = preparation.pathSize() + 1;
    horizon = spec.horizon();
    gram = new double[lags * lags];
    moments = new double[lags * horizon];
    heldOut = new float[VALIDATION_ROWS * (lags + horizon)];
  }

  private boolean wants(ForecastBatch.Part part) {
    return switch (part) {
      case TRAINING -> trainingRows < TRAINING_ROWS;
      case VALIDATION -> validationRows < VALIDATION_ROWS;
    };
  }

  /// Takes the rows of a chunk whose targets all count.
  ///
  /// @param inputs what [Preparation#inputs] wrote
  void add(Rows inputs, Rows target, Rows weight, int rowCount, ForecastBatch.Part part) {
    int firstLag = preparation.recurrentSize();
    float[] x = new float[lags + horizon];
    for (int row = 0; row < rowCount && wants(part); row++) {
      if (!rows.takesNext() || !counts(weight, row)) {
        continue;
      }
      System.arraycopy(inputs.values(), inputs.at(row) + firstLag, x, 0, lags - 1);
      x[lags - 1] = 1;
      System.arraycopy(target.values(), target.at(row), x, lags, horizon);
      if (part == ForecastBatch.Part.VALIDATION) {
        System.arraycopy(x, 0, heldOut, validationRows * x.length, x.length);
        validationRows++;
      } else {
        addMoments(x);
        trainingRows++;
      }
    }
  }

  private boolean counts(Rows weight, int row) {
    for (int h = 0; h < horizon; h++) {
      if (weight.values()[weight.at(row) + h] == 0) {
        return false;
      }
    }
    return true;
  }

  private void addMoments(float[] x) {
    for (int i = 0; i < lags; i++) {
      double value = x[i];
      if (value != 0) {
        for (int j = 0; j <= i; j++) {
          gram[i * lags + j] += value * x[j];
        }
        for (int h = 0; h < horizon; h++) {
          moments[i * horizon + h] += value * x[lags + h];
        }
      }
    }
  }

  /// Writes the best path into the weights of a network whose path and head are zero.
  void applyTo(Parameters parameters) {
    if (trainingRows < 2 || validationRows < 2) {
      return;
    }
    double meanSquare = 0;
    for (int i = 0; i < lags; i++) {
      meanSquare += gram[i * lags + i] / lags;
    }
    List<double[]> paths = new ArrayList<>();
    paths.add(new double[lags * horizon]);
    for (double penalty : PENALTIES) {
      double[] path = solve(penalty * meanSquare);
      if (path != null) {
        paths.add(path);
      }
    }
    double[] best = paths.get(chosen(paths.stream().map(this::errors).toList()));
    spec.locationBlocks().forEach(block -> write(best, block, parameters));
  }

  /// The best path, or none if that is worse by no more than the standard error of the difference:
  /// a gain that may be chance is none (the one-standard-error rule, Breiman et al. 1984).
  ///
  /// @param errors by path, of which the first is none, by block
  private static int chosen(List<double[]> errors) {
    int best = 0;
    for (int path = 1; path < errors.size(); path++) {
      if (sum(errors.get(path)) < sum(errors.get(best))) {
        best = path;
      }
    }
    return isWorse(errors.getFirst(), errors.get(best)) ? best : 0;
  }

  private static boolean isWorse(double[] errors, double[] than) {
    double mean = (sum(errors) - sum(than)) / BLOCKS;
    double squares = 0;
    for (int block = 0; block < BLOCKS; block++) {
      double deviation = errors[block] - than[block] - mean;
      squares += deviation * deviation;
    }
    return mean > Math.sqrt(squares / (BLOCKS - 1) / BLOCKS);
  }

  private static double sum(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum;
  }

  /// Sums of errors on the held-out rows by block of neighbours, as the forecast value is judged:
  /// absolute or squared.
  private double[] errors(double[] path) {
    double[] sums = new double[BLOCKS];
    double[] answer = new double[horizon];
    for (int row = 0; row < validationRows; row++) {
      int at = row * (lags + horizon);
      Arrays.fill(answer, 0);
      for (int i = 0; i < lags; i++) {
        double value = heldOut[at + i];
        for (int h = 0; h < horizon; h++) {
          answer[h] += value * path[i * horizon + h];
        }
      }
      for (int h = 0; h < horizon; h++) {
        double error = Math.abs(heldOut[at + lags + h] - answer[h]);
        sums[(int) ((long) row * BLOCKS / validationRows)] +=
            spec.value() == ForecastValue.MEAN ? error * error : error;
      }
    }
    return sums;
  }

  /// Solves (gram + penalty · 1) · path = moments by Cholesky's factorisation; null if the matrix
  /// is not positive definite, as rounding may leave it.
  private double @Nullable [] solve(double penalty) {
    double[] factor = gram.clone();
    for (int i = 0; i < lags; i++) {
      factor[i * lags + i] += penalty;
      for (int j = 0; j <= i; j++) {
        double sum = factor[i * lags + j];
        for (int k = 0; k < j; k++) {
          sum -= factor[i * lags + k] * factor[j * lags + k];
        }
        if (i > j) {
          factor[i * lags + j] = sum / factor[j * lags + j];
        } else if (sum > 0) {
          factor[i * lags + i] = Math.sqrt(sum);
        } else {
          return null;
        }
      }
    }
    double[] path = moments.clone();
    for (int i = 0; i < lags; i++) {
      for (int k = 0; k < i; k++) {
        subtract(path, i, k, factor[i * lags + k]);
      }
      divide(path, i, factor[i * lags + i]);
    }
    for (int i = lags - 1; i >= 0; i--) {
      for (int k = i + 1; k < lags; k++) {
        subtract(path, i, k, factor[k * lags + i]);
      }
      divide(path, i, factor[i * lags + i]);
    }
    return path;
  }

  private void subtract(double[] path, int row, int other, double times) {
    for (int h = 0; h < horizon; h++) {
      path[row * horizon + h] -= times * path[other * horizon + h];
    }
  }

  private void divide(double[] path, int row, double by) {
    for (int h = 0; h < horizon; h++) {
      path[row * horizon + h] /= by;
    }
  }

  private void write(double[] path, int block, Parameters parameters) {
    float[] weight = parameters.values("path.weight"); // (L - 1, outputs), input-major
    int outputs = spec.headSize();
    for (int h = 0; h < horizon; h++) {
      for (int i = 0; i < lags - 1; i++) {
        weight[i * outputs + block * horizon + h] = (float) path[i * horizon + h];
      }
      for (int member = 0; member < spec.ensemble(); member++) {
        float[] bias = parameters.values(spec.memberPrefix(member) + "head.bias");
        bias[block * horizon + h] = (float) path[(lags - 1) * horizon + h];
      }
    }
  }
}
