package io.eddy.processors.rollout;

import java.util.Arrays;

/// What a trainer tells the rollout of a round of training, see [Rounds].
public enum ReportKind {
  /// There is a trainer for this partition.
  PRESENT(0),
  /// It trains from the round's base version.
  ENTERED(1),
  /// It does not train in this round: it has too little history, or nothing new.
  ABSTAINED(2),
  /// Its training gave a model.
  TRAINED(3),
  /// Its training ended without one.
  FAILED(4);

  private final byte code;

  ReportKind(int code) {
    this.code = (byte) code;
  }

  /// The number that names this kind in the store; never given to another.
  byte code() {
    return code;
  }

  /// The kind of a number that [#code] gave.
  static ReportKind of(byte code) {
    return Arrays.stream(values())
        .filter(kind -> kind.code == code)
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("there is no report of kind " + code));
  }
}
