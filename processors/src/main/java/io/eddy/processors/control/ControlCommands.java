package io.eddy.processors.control;

import io.eddy.schemas.avro.ControlCommand;
import io.eddy.schemas.avro.ControlKind;
import java.nio.ByteBuffer;

/// The commands that the control topic takes. Each goes to every partition of it: which one holds a
/// key depends on the producer of the input, which may not hash as Kafka's own does.
public final class ControlCommands {
  private ControlCommands() {}

  /// Forget everything about a series.
  ///
  /// @param id finds the command again in logs and topics
  /// @param key of the series, as it stands in the input topic
  public static ControlCommand forget(String id, byte[] key) {
    return new ControlCommand(id, ControlKind.FORGET, ByteBuffer.wrap(key));
  }

  /// Train now on what is there.
  ///
  /// @param id finds the command again in logs and topics
  public static ControlCommand train(String id) {
    return new ControlCommand(id, ControlKind.TRAIN, null);
  }
}
