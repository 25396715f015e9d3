package io.eddy.model.program;

/// Whether what runs is a training, and from which seed its ops draw. Shared by all frames of a
/// stepper or an unroller.
final class Mode {
  boolean training;
  long seed;
  long step; // counted by a stepper; an unroller's rows tell steps apart
}
