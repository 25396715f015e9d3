package io.eddy.model.training;

import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.optimizer.Penalty;
import java.util.function.Predicate;

/// How one update changes the weights.
///
/// @param optimizer the rule
/// @param clipNorm greatest norm of all gradients together; infinite for no limit
/// @param clipValue greatest size of one gradient; infinite for no limit
/// @param penalty a pull towards zero
/// @param frozen by name, what stays as it is
/// @param seed of dropout and of whatever else is drawn
public record UpdateSettings(
    OptimizerSettings optimizer,
    double clipNorm,
    double clipValue,
    Penalty penalty,
    Predicate<String> frozen,
    long seed) {

  private static final double NO_LIMIT = Double.POSITIVE_INFINITY;

  public UpdateSettings {
    if (!(clipNorm > 0 && clipValue > 0)) {
      throw new IllegalArgumentException(
          "gradients are clipped at a norm of "
              + clipNorm
              + " and a value of "
              + clipValue
              + ", expected above 0");
    }
  }

  /// Nothing but the rule.
  public static UpdateSettings of(OptimizerSettings optimizer) {
    return new UpdateSettings(
        optimizer, NO_LIMIT, NO_LIMIT, new Penalty(0, 0, name -> false), name -> false, 0);
  }

  public UpdateSettings withClipNorm(double limit) {
    return new UpdateSettings(optimizer, limit, clipValue, penalty, frozen, seed);
  }

  public UpdateSettings withClipValue(double limit) {
    return new UpdateSettings(optimizer, clipNorm, limit, penalty, frozen, seed);
  }

  public UpdateSettings withPenalty(Penalty pull) {
    return new UpdateSettings(optimizer, clipNorm, clipValue, pull, frozen, seed);
  }

  public UpdateSettings withFrozen(Predicate<String> names) {
    return new UpdateSettings(optimizer, clipNorm, clipValue, penalty, names, seed);
  }

  public UpdateSettings withSeed(long other) {
    return new UpdateSettings(optimizer, clipNorm, clipValue, penalty, frozen, other);
  }
}
