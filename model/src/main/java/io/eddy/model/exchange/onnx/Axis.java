package io.eddy.model.exchange.onnx;

/// What one axis of a tensor runs over. A program computes one row, that of one step and one batch
/// entry, so that all other axes vanish.
sealed interface Axis {

  /// Over a row's columns.
  record Columns(int size) implements Axis {}

  /// Over nothing.
  record One() implements Axis {}

  /// Over rows: steps or batch entries. Which of them becomes known where a recurrent node reads
  /// it.
  final class Rows implements Axis {

    enum Role {
      UNKNOWN,
      STEPS,
      BATCH
    }

    private Rows root = this;
    private Role role = Role.UNKNOWN;

    private Rows root() {
      Rows found = this;
      while (found.root != found) {
        found = found.root;
      }
      return found;
    }

    Role role() {
      return root().role;
    }

    /// Says what this axis runs over.
    ///
    /// @return whether that agrees with what is known
    boolean is(Role known) {
      Rows found = root();
      if (found.role == Role.UNKNOWN) {
        found.role = known;
      }
      return known == Role.UNKNOWN || found.role == known;
    }

    /// Says that two axes run over the same.
    boolean isSame(Rows other) {
      Rows mine = root();
      Rows others = other.root();
      if (mine == others) {
        return true;
      }
      boolean agrees = others.is(mine.role) && mine.is(others.role);
      mine.root = others;
      return agrees;
    }
  }
}
