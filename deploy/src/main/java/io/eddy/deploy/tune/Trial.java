package io.eddy.deploy.tune;

/// One candidate tried on one rung.
///
/// @param candidate the settings
/// @param bracket which one, from 1 on
/// @param rung which one, from 1 on
/// @param score what it reached, less is better; infinite if its training failed or nothing could
///   be scored
/// @param seconds that it took
public record Trial(Candidate candidate, int bracket, int rung, double score, double seconds) {}
