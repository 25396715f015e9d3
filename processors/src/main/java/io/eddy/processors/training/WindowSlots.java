package io.eddy.processors.training;

/// Where a key's windows go in the compacted history topic: the newest ones round robin, and a
/// sample of all older ones in a reservoir.
///
/// The reservoir is Vitter's algorithm R with a hash in place of the random number: window `w` goes
/// to place `w` while there is room, later to place `u` if `u = hash(key, w) mod (w + 1)` names
/// one. So every window of the key's life has the same chance to be in the sample, and a window
/// that is sent again goes to the same slots again.
///
/// @param newest slots of the newest windows, numbered from 0
/// @param reservoir slots of the sample, numbered after them
public record WindowSlots(int newest, int reservoir) {
  /// No slot.
  public static final int NONE = -1;

  public WindowSlots {
    if (newest < 1 || reservoir < 0) {
      throw new IllegalArgumentException(
          "history slots are "
              + newest
              + " and "
              + reservoir
              + " for the reservoir, expected at least 1 and 0");
    }
  }

  /// The slot of a window among the newest.
  ///
  /// @param window number of the window, from 0
  public int newestSlot(long window) {
    return (int) (window % newest);
  }

  /// The slot of a window in the reservoir, or [#NONE].
  public int reservoirSlot(byte[] series, long window) {
    long place =
        window < reservoir
            ? window
            : Long.remainderUnsigned(SeriesHash.of(series, window), window + 1);
    return place < reservoir ? newest + (int) place : NONE;
  }

  /// Whether a slot is one of the newest.
  boolean isNewest(int slot) {
    return slot < newest;
  }
}
