package io.eddy.model.evaluation;

/// What Naive2 reaches on a data set, and the M4 competition's overall weighted average, OWA,
/// against it: half the ratio of the sMAPEs and half that of the MASEs. 1 is as good as Naive2,
/// less is better.
///
/// @param smape averaged over all series
/// @param mase averaged over all series
public record NaiveReference(double smape, double mase) {

  /// OWA of averages over the same series.
  public double owa(Evaluation evaluation) {
    return (evaluation.smape() / smape + evaluation.mase() / mase) / 2;
  }
}
