package io.eddy.it;

import io.eddy.it.cluster.StateDirectory;

/// What the next instance finds where the last one had its state.
public enum Disk {
  /// Everything, as on a machine that is started again.
  KEPT,
  /// Nothing, as on a machine that takes over from another: all state comes from the changelogs.
  LOST;

  /// To be called when the instance is gone.
  public void afterStop(StateDirectory state) {
    if (this == LOST) {
      state.wipe();
    }
  }
}
