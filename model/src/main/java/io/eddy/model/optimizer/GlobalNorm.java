package io.eddy.model.optimizer;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import java.util.Arrays;

/// The norm of all gradients together, and the clipping by it (Pascanu et al. 2013).
///
/// Threads may share the work, and the bits do not depend on how many they are: squares are summed
/// in float within chunks whose borders depend on the shapes alone, and the chunks' sums one after
/// the other in double. [#clip(double, Team)] shares both by a team. Without one, each of `parts`
/// threads calls [#measure]; when all are through, each calls [#clip(double, int, int)].
public final class GlobalNorm {

  /// Elements that are summed in one go.
  private static final int CHUNK = 16_384;

  private final Parameters gradients;
  private final Kernels kernels;
  private final ElementBlocks chunks;
  private final double[] squares; // of each chunk

  /// @param gradients that [#measure] reads and [#clip] changes
  public GlobalNorm(Parameters gradients, Kernels kernels) {
    this.gradients = gradients;
    this.kernels = kernels;
    boolean[] all = new boolean[gradients.count()];
    Arrays.fill(all, true);
    chunks = new ElementBlocks(gradients, all, CHUNK);
    squares = new double[chunks.count()];
  }

  /// Measures and clips, shared by a team.
  ///
  /// @return the norm before, NaN or infinite if a gradient is
  public double clip(double limit, Team team) {
    team.run(part -> measure(part, team.size()));
    team.run(part -> clip(limit, part, team.size()));
    return value();
  }

  /// Sums the squares of one part's chunks.
  ///
  /// @param part from 0 to parts - 1
  public void measure(int part, int parts) {
    int end = chunks.first(part + 1, parts);
    for (int chunk = chunks.first(part, parts); chunk < end; chunk++) {
      float[] values = gradients.values(chunks.parameter(chunk));
      int from = chunks.from(chunk);
      squares[chunk] = kernels.dot(values, from, values, from, chunks.length(chunk));
    }
  }

  /// What all parts measured; NaN or infinite if a gradient is, or if a square overflows.
  public double value() {
    double sum = 0;
    for (double square : squares) {
      sum += square;
    }
    return Math.sqrt(sum);
  }

  /// Scales one part's gradients down so that the norm becomes the limit, if what all parts
  /// measured is above it.
  ///
  /// @param part from 0 to parts - 1
  public void clip(double limit, int part, int parts) {
    double norm = value();
    if (!(norm > limit)) {
      return;
    }
    int end = chunks.first(part + 1, parts);
    for (int chunk = chunks.first(part, parts); chunk < end; chunk++) {
      kernels.scale(
          (float) (limit / norm),
          gradients.values(chunks.parameter(chunk)),
          chunks.from(chunk),
          chunks.length(chunk));
    }
  }
}
