package io.eddy.model.distribution;

/// The negative binomial distribution of counts, by its mean μ and dispersion α; the variance is μ
/// + α μ². For α to 0 it goes over into Poisson's.
public final class NegativeBinomialDistribution {

  /// What means and dispersions count as, at least: as in the loss.
  private static final double LEAST = 0x1p-23;

  /// Quantiles below this are found by adding up probabilities, which is exact and quicker than the
  /// incomplete beta function.
  private static final int ADDED_UP = 1_000;

  private static final int HALVED_EVERY = 4;

  /// Counts from here on have no neighbours in double.
  private static final double GREATEST = 0x1p52;

  private NegativeBinomialDistribution() {}

  /// The probability of a count up to `count`.
  ///
  /// @param count a whole number; below 0 the probability is 0
  /// @param mean μ, above 0
  /// @param dispersion α, above 0
  public static double cumulative(double count, double mean, double dispersion) {
    if (count < 0) {
      return 0;
    }
    double ratio = dispersion * mean;
    return IncompleteBeta.of(1 / dispersion, count + 1, 1 / (1 + ratio), ratio / (1 + ratio));
  }

  /// The smallest count whose cumulative probability reaches the level.
  ///
  /// @param level in (0, 1)
  /// @param mean μ; below 2^-23 it counts as that
  /// @param dispersion α; below 2^-23 it counts as that
  /// @return a whole number, NaN if mean or dispersion is
  public static double quantile(double level, double mean, double dispersion) {
    Levels.check(level);
    double mu = Math.clamp(mean, LEAST, GREATEST);
    double alpha = Math.clamp(dispersion, LEAST, GREATEST);
    if (Double.isNaN(mu) || Double.isNaN(alpha)) {
      return Double.NaN;
    }
    double ratio = alpha * mu;
    double r = 1 / alpha;
    double share = ratio / (1 + ratio);
    // Where it underflows, nothing can be added up.
    double probability = StrictMath.exp(-r * StrictMath.log1p(ratio));
    double sum = probability;
    if (probability > Double.MIN_NORMAL) {
      for (int count = 0; count < ADDED_UP; count++) {
        if (sum >= level) {
          return count;
        }
        probability *= (count + r) / (count + 1) * share;
        sum += probability;
      }
    }
    return search(level, mu, alpha);
  }

  /// Goes where the distance divided by the slope points, as long as that lies among the counts
  /// that are left, and every now and then halves those, so that it ends soon whatever rounding
  /// does.
  private static double search(double level, double mean, double dispersion) {
    double deviation = Math.sqrt(mean + dispersion * mean * mean);
    double below = -1; // does not reach the level
    double reaching = Math.ceil(mean + deviation);
    while (reaching < GREATEST && cumulative(reaching, mean, dispersion) < level) {
      below = reaching;
      reaching = Math.min(GREATEST, 2 * reaching + 1);
    }
    double guess = guess(level, mean, deviation, dispersion);
    for (int turn = 1; reaching - below > 1; turn++) {
      if (!(guess > below && guess < reaching) || turn % HALVED_EVERY == 0) {
        guess = below + Math.floor((reaching - below) / 2);
      }
      double reached = cumulative(guess, mean, dispersion);
      double slope = probability(guess, mean, dispersion);
      if (reached >= level) {
        reaching = guess;
        // One less would not reach it any more: found.
        if (reached - slope < level) {
          return guess;
        }
      } else {
        below = guess;
      }
      double step = Math.rint((level - reached) / slope);
      guess += step == 0 ? (reached >= level ? -1 : 1) : step;
    }
    return reaching;
  }

  /// By mean, deviation and skewness (Cornish and Fisher 1938).
  private static double guess(double level, double mean, double deviation, double dispersion) {
    double z = NormalDistribution.quantile(level);
    double skewness = (1 + 2 * dispersion * mean) / deviation;
    return Math.max(0, Math.rint(mean + deviation * (z + skewness * (z * z - 1) / 6)));
  }

  /// The probability of a count.
  ///
  /// @param count a whole number of at least 0
  /// @param mean μ, above 0
  /// @param dispersion α, above 0
  public static double probability(double count, double mean, double dispersion) {
    double r = 1 / dispersion;
    return StrictMath.exp(
        Gamma.logRise(r, count)
            - Gamma.log(count + 1)
            - (r + count) * StrictMath.log1p(dispersion * mean)
            + count * StrictMath.log(mean));
  }
}
