package io.eddy.deploy.demo;

import java.util.Random;

/// Seasonal series with noise around them, the same in every run.
///
/// Each series has a shape of its own for each season, a level and a size; a part of its noise
/// lingers. So the best forecast one step ahead is known to be off by about the noise, whatever the
/// season.
final class MadeUpSeries {
  static final int COUNT = 6;
  static final long STEP_MILLIS = 60_000;

  private static final long START = 1_700_000_000_000L / STEP_MILLIS * STEP_MILLIS;
  private static final double NOISE = 0.12;
  private static final double LINGERS = 0.5;
  private static final int WAVES = 4;

  private final Random random;
  private final double[] noise = new double[COUNT];
  private double[][][] shape;
  private int season;

  MadeUpSeries(int season, long seed) {
    random = new Random(seed);
    this.season = season;
    shape = shapes();
  }

  /// From now on every series has another season and another shape.
  void change(int newSeason) {
    season = newSeason;
    shape = shapes();
  }

  static String key(int series) {
    return "line-" + (series + 1);
  }

  static long time(long step) {
    return START + step * STEP_MILLIS;
  }

  /// The size of a series, in its own unit.
  static double size(int series) {
    return Math.pow(10, series - 2);
  }

  /// The next value of a series; to be asked once per series and step.
  double next(int series, long step) {
    double value = 0;
    for (int wave = 0; wave < WAVES; wave++) {
      double angle = 2 * Math.PI * (wave + 1) * (step % season) / season;
      value += shape[series][wave][0] * Math.sin(angle) + shape[series][wave][1] * Math.cos(angle);
    }
    noise[series] = LINGERS * noise[series] + NOISE * random.nextGaussian();
    return size(series) * (10 + value + noise[series]);
  }

  private double[][][] shapes() {
    double[][][] made = new double[COUNT][WAVES][2];
    for (double[][] waves : made) {
      for (int wave = 0; wave < WAVES; wave++) {
        waves[wave][0] = random.nextGaussian() / (1 + wave);
        waves[wave][1] = random.nextGaussian() / (1 + wave);
      }
    }
    return made;
  }
}
