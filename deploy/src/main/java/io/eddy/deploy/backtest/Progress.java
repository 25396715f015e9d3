package io.eddy.deploy.backtest;

/// Told how far long work has come. It may end the work by a
/// [java.util.concurrent.CancellationException].
public interface Progress {

  /// Nobody listens.
  Progress NONE =
      new Progress() {
        @Override
        public void begin(String what, long steps) {}

        @Override
        public void advance(long steps) {}
      };

  /// A new piece of work begins; the one before it has ended.
  ///
  /// @param steps how many steps it has; negative if that is not known
  void begin(String what, long steps);

  /// So many more steps are done.
  void advance(long steps);
}
