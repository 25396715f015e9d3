package io.eddy.model.training;

import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.CountAnchor;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.model.series.Preparation;
import io.eddy.model.series.Series;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Histories that are trained side by side, chunk by chunk: writes a chunk's inputs, targets and
/// weights into an unroller.
///
/// Entry b of the batch is history b; a history that has ended, and rows beyond the batch, weigh
/// nothing. A forecast counts for training if its target lies before the history's split, for
/// validation if behind: nothing is trained on what it is validated by.
final class ForecastBatch {

  /// Which targets count.
  enum Part {
    TRAINING,
    VALIDATION
  }

  /// A jump of a series that hardly moved before must not outweigh everything else.
  private static final double TARGET_LIMIT = 32;

  private final ForecasterSpec spec;
  private final Preparation preparation;
  private final List<SeriesHistory> histories;
  private final SeriesHistory.Cursor[] cursors;
  private final int[] first; // by history: the step that the network starts at
  private final int[] split; // by history: the first step that validates
  private final int[] run; // by history: the first step of the run, whose value is a target
  private final boolean[] unknown; // by history: whether its category is hidden
  private double[] naive = new double[0]; // by row of the last chunk: last value less base, scaled

  ForecastBatch(ForecasterSpec spec, List<SeriesHistory> histories, double validationShare) {
    this.spec = spec;
    this.histories = histories;
    preparation = spec.preparation();
    cursors = new SeriesHistory.Cursor[histories.size()];
    first = new int[cursors.length];
    split = new int[cursors.length];
    run = new int[cursors.length];
    unknown = new boolean[cursors.length];
    for (int b = 0; b < cursors.length; b++) {
      SeriesHistory history = histories.get(b);
      cursors[b] = history.new Cursor();
      run[b] = history.size() - history.runSize();
      // The first steps of a ring that has lost the series' beginning lack their own past.
      first[b] =
          run[b] >= spec.ringLength() ? Math.min(preparation.recurrentLookback(), run[b]) : 0;
      split[b] = run[b] + (int) Math.round(history.runSize() * (1 - validationShare));
    }
  }

  /// Chunks of that many steps that reach through all targets of a part.
  int chunkCount(int truncation, Part part) {
    int longest = 0;
    for (int b = 0; b < cursors.length; b++) {
      longest = Math.max(longest, end(b, part) - first[b]);
    }
    return (longest + truncation - 1) / truncation;
  }

  /// The step behind the last that forecasts a target of that part.
  private int end(int b, Part part) {
    return part == Part.TRAINING ? split[b] - 1 : histories.get(b).size() - 1;
  }

  /// Hides the categories of about this share of the histories, other ones each time, so that a
  /// network learns to answer without; does nothing, and draws nothing, where there are none.
  void hideCategories(Random random, double share) {
    for (int b = 0; b < unknown.length && preparation.categorySize() > 0; b++) {
      unknown[b] = random.nextDouble() < share;
    }
  }

  /// Hides none any more.
  void showCategories() {
    Arrays.fill(unknown, false);
  }

  /// Writes one chunk.
  ///
  /// @return how many targets count
  int fill(
      ForecasterProgram program, Unroller unroller, int chunk, int steps, int rows, Part part) {
    Rows inputs = unroller.rows(program.inputs());
    Rows anchor = program.anchor().map(unroller::rows).orElse(null);
    Rows target = unroller.rows(program.objective().target());
    Rows weight = unroller.rows(program.objective().weight());
    int counted = 0;
    if (naive.length < steps * rows) {
      naive = new double[steps * rows];
    }
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < rows; b++) {
        int row = t * rows + b;
        int step = b < cursors.length ? first[b] + chunk * steps + t : Integer.MAX_VALUE;
        if (anchor != null) {
          CountAnchor.writeNeutral(spec.horizon(), anchor.values(), anchor.at(row));
        }
        if (b < cursors.length && step < end(b, part)) {
          Series series = cursors[b].at(step);
          int back = cursors[b].back(step);
          if (back > 0) {
            // The network burns in on what the ring holds; nothing is forecast from there.
            preparation.recurrentInputs(series, back, inputs.values(), inputs.at(row));
            clear(inputs, row, preparation.recurrentSize(), preparation.pathSize());
            clear(target, row, 0, spec.horizon());
            clear(weight, row, 0, spec.horizon());
          } else {
            preparation.inputs(series, inputs.values(), inputs.at(row));
            if (anchor != null) {
              CountAnchor.write(series, spec.horizon(), anchor.values(), anchor.at(row));
            }
            naive[row] = (series.image(0) - series.base(1)) / series.divisor(0);
            counted += fillTargets(b, step, series, target, weight, row, part);
          }
          if (unknown[b]) {
            int category = preparation.recurrentSize() - preparation.categorySize();
            inputs.values()[inputs.at(row) + category] = EmbeddingSpec.UNKNOWN;
          }
        } else {
          clear(inputs, row, 0, preparation.inputSize());
          clear(target, row, 0, spec.horizon());
          clear(weight, row, 0, spec.horizon());
        }
      }
    }
    return counted;
  }

  private static void clear(Rows rows, int row, int from, int width) {
    Arrays.fill(rows.values(), rows.at(row) + from, rows.at(row) + from + width, 0);
  }

  private int fillTargets(
      int b, int step, Series series, Rows target, Rows weight, int row, Part part) {
    SeriesHistory history = histories.get(b);
    double divisor = series.divisor(0);
    int from = part == Part.TRAINING ? run[b] : split[b];
    int to = part == Part.TRAINING ? split[b] : history.size();
    int counted = 0;
    for (int h = 1; h <= spec.horizon(); h++) {
      boolean counts =
          step + h >= from && step + h < to && series.scale(0) > 0 && !history.isMissing(step + h);
      double scaled = 0;
      if (counts) {
        scaled = (history.image(step + h) - series.base(h)) / divisor;
        counted++;
      }
      target.values()[target.at(row) + h - 1] =
          (float) Math.clamp(scaled, -TARGET_LIMIT, TARGET_LIMIT);
      weight.values()[weight.at(row) + h - 1] = counts ? 1 : 0;
    }
    return counted;
  }

  /// The last value less the base, in running scales, one step after a row's step of the last
  /// chunk.
  double naive(int row) {
    return naive[row];
  }
}
