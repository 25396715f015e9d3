package io.eddy.it.cluster;

import io.eddy.deploy.Eddy;
import java.io.IOException;

/// `eddy` in a process of its own that never outlives the test that started it: when its standard
/// input ends, which is when the other process is gone, it halts.
final class ForkedMain {
  private ForkedMain() {}

  public static void main(String[] arguments) {
    haltWithParent();
    Eddy.main(arguments);
  }

  /// Halts this process when its standard input ends.
  static void haltWithParent() {
    Thread.ofPlatform().daemon().start(ForkedMain::awaitEndOfInput);
  }

  private static void awaitEndOfInput() {
    try {
      while (System.in.read() >= 0) {
        // Nobody writes.
      }
    } catch (IOException e) {
      // The same as its end.
    }
    Runtime.getRuntime().halt(1);
  }
}
