package io.eddy.deploy.command;

import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.terminal.ProgressBar;

/// Progress as a bar.
record BarProgress(ProgressBar bar) implements Progress {
  @Override
  public void begin(String what, long steps) {
    bar.begin(what, steps);
  }

  @Override
  public void advance(long steps) {
    bar.advance(steps);
  }
}
