package io.eddy.model;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.series.Absence;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/// Specs, forecasters and series that the tests of several packages share.
public final class Examples {

  public static final long HOUR = 3_600_000;

  private Examples() {}

  /// One cell after another, as the seed counts up.
  public static CellType cell(long seed) {
    List<CellType> cells = List.of(CellType.values());
    return cells.get(Math.floorMod(seed, cells.size()));
  }

  /// A small network with every part in use: confidence 0.9, a window of 10.
  public static ForecasterSpec spec(CellType cell, int horizon, int season) {
    return new ForecasterSpec(cell, 6, 2, horizon, season, 5, 0.9, 10);
  }

  /// A forecaster whose every weight and width factor is random: it answers nonsense, but nonsense
  /// that depends on everything it has seen.
  public static Forecaster randomForecaster(ForecasterSpec spec, long seed) {
    var random = new SplittableRandom(seed);
    Parameters parameters =
        Parameters.initial(ForecasterProgram.of(spec).program().parameters(), seed);
    for (int i = 0; i < parameters.count(); i++) {
      float[] values = parameters.values(i);
      for (int j = 0; j < values.length; j++) {
        values[j] += (float) (0.4 * random.nextDouble() - 0.2);
      }
    }
    float[] widths = new float[Forecaster.calibrationSize(spec)];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = (float) (0.5 + random.nextDouble());
    }
    return new Forecaster(spec, parameters, widths, Map.of("made", "by hand"));
  }

  /// A random walk with steps from the given distribution, from 100.
  public static double[] walk(
      int count, long seed, ToDoubleFunction<SplittableRandom> distribution) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    double value = 100;
    for (int t = 0; t < count; t++) {
      value += distribution.applyAsDouble(random);
      values[t] = value;
    }
    return values;
  }

  /// A Gaussian random walk.
  public static double[] walk(int count, long seed) {
    return walk(count, seed, SplittableRandom::nextGaussian);
  }

  /// A sine with noise around 100.
  public static double[] sine(int count, double period, double amplitude, double noise, long seed) {
    var random = new SplittableRandom(seed);
    double[] values = new double[count];
    for (int t = 0; t < count; t++) {
      values[t] =
          100
              + amplitude * StrictMath.sin(2 * Math.PI * t / period)
              + noise * random.nextGaussian();
    }
    return values;
  }

  /// The state's bytes.
  public static byte[] bytes(SeriesState state) {
    ByteBuffer buffer = ByteBuffer.allocate(state.byteSize());
    state.write(buffer);
    if (buffer.hasRemaining()) {
      throw new AssertionError(buffer.remaining() + " bytes fewer than byteSize() promised");
    }
    return buffer.array();
  }

  /// Lets the engine observe all values, one an hour, and returns the last answer.
  public static Answer observe(OnlineForecaster engine, SeriesState state, double... values) {
    if (values.length == 0) {
      throw new IllegalArgumentException("there is no last answer of no values");
    }
    Answer answer = null;
    for (double value : values) {
      answer = engine.observe(state, state.series().steps() * HOUR, value);
    }
    return Objects.requireNonNull(answer);
  }

  /// That no step of so many is missing.
  public static Absence[] present(int count) {
    Absence[] absences = new Absence[count];
    Arrays.fill(absences, Absence.NONE);
    return absences;
  }

  /// Everything that an answer says, so that answers can be compared bit by bit.
  public static double[] numbers(Answer answer) {
    double[] numbers = new double[6 + 3 * answer.horizon()];
    numbers[0] = answer.actual();
    numbers[1] = answer.expected();
    numbers[2] = answer.expectedLower();
    numbers[3] = answer.expectedUpper();
    numbers[4] = answer.anomaly() ? 1 : 0;
    numbers[5] = answer.steps();
    for (int ahead = 1; ahead <= answer.horizon(); ahead++) {
      numbers[3 + 3 * ahead] = answer.lower(ahead);
      numbers[4 + 3 * ahead] = answer.value(ahead);
      numbers[5 + 3 * ahead] = answer.upper(ahead);
    }
    return numbers;
  }
}
