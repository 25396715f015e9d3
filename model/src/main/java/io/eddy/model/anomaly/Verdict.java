package io.eddy.model.anomaly;

/// What an [AnomalyDetector] says about one event.
///
/// @param score 0..1, rarity on a log scale: 0.5 is a chance of one in a thousand, 1 one in a
///   million or less; lowered for a while after an alarm
/// @param anomaly whether to raise an alarm: the score has reached the detector's threshold
/// @param kind what the event looks like, also while alarms are held back; NONE if it is not rare
/// @param severity how large the departure is: for a spike the residual and for a level the shift,
///   in scales; for a variance the factor by which it grew or shrank; 0 if the event is not rare
/// @param evidence the rarest of the pieces that the score was made from; NONE if the event is not
///   rare
public record Verdict(
    double score, boolean anomaly, AnomalyKind kind, double severity, Evidence evidence) {

  /// Nothing to say.
  public static final Verdict NONE = new Verdict(0, false, AnomalyKind.NONE, 0, Evidence.NONE);
}
