package io.eddy.model.training;

import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.series.Preparation;
import java.util.Arrays;
import java.util.List;

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

  ForecastBatch(ForecasterSpec spec, List<SeriesHistory> histories, double validationShare) {
    this.spec = spec;
    this.histories = histories;
    preparation = new Preparation(spec.season(), spec.lagCount());
    cursors = new SeriesHistory.Cursor[histories.size()];
    first = new int[cursors.length];
    split = new int[cursors.length];
    run = new int[cursors.length];
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

  /// Writes one chunk.
  ///
  /// @return how many targets count
  int fill(
      ForecasterProgram program, Unroller unroller, int chunk, int steps, int rows, Part part) {
    Rows inputs = unroller.rows(program.inputs());
    Rows target = unroller.rows(program.objective().target());
    Rows weight = unroller.rows(program.objective().weight());
    int counted = 0;
    for (int t = 0; t < steps; t++) {
      for (int b = 0; b < rows; b++) {
        int row = t * rows + b;
        int step = b < cursors.length ? first[b] + chunk * steps + t : Integer.MAX_VALUE;
        if (b < cursors.length && step < end(b, part)) {
          SeriesHistory.Cursor past = cursors[b].at(step);
          preparation.inputs(past, inputs.values(), inputs.at(row));
          counted += fillTargets(b, step, past, target, weight, row, part);
        } else {
          fill(inputs, row, preparation.inputSize());
          fill(target, row, spec.horizon());
          fill(weight, row, spec.horizon());
        }
      }
    }
    return counted;
  }

  private static void fill(Rows rows, int row, int width) {
    Arrays.fill(rows.values(), rows.at(row), rows.at(row) + width, 0);
  }

  private int fillTargets(
      int b, int step, SeriesHistory.Cursor past, Rows target, Rows weight, int row, Part part) {
    SeriesHistory history = histories.get(b);
    double divisor = Preparation.divisor(past, 0);
    int from = part == Part.TRAINING ? run[b] : split[b];
    int to = part == Part.TRAINING ? split[b] : history.size();
    int counted = 0;
    for (int h = 1; h <= spec.horizon(); h++) {
      boolean counts = step + h >= from && step + h < to && past.scale(0) > 0;
      double scaled = 0;
      if (counts) {
        double base = Preparation.base(past, spec.season(), h);
        scaled = (history.value(step + h) - base) / divisor;
        counted++;
      }
      target.values()[target.at(row) + h - 1] =
          (float) Math.clamp(scaled, -TARGET_LIMIT, TARGET_LIMIT);
      weight.values()[weight.at(row) + h - 1] = counts ? 1 : 0;
    }
    return counted;
  }

  /// The base less the last value, in running scales, one step after a row's step.
  double baseMinusLast(int chunk, int steps, int t, int b) {
    SeriesHistory.Cursor past = cursors[b].at(first[b] + chunk * steps + t);
    return (Preparation.base(past, spec.season(), 1) - past.value(0))
        / Preparation.divisor(past, 0);
  }
}
