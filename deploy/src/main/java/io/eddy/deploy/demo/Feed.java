package io.eddy.deploy.demo;

import io.eddy.deploy.csv.Recording;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Function;

/// Where the demo's events come from, and at what pace.
sealed interface Feed {
  /// Sends events until there are no more, or the run is over.
  void run(ObservationSender sender, Course course);

  /// A recording, as fast as it goes or at a fixed rate.
  ///
  /// @param rate events per second; none: as fast as it goes
  /// @param horizon steps ahead for which covariates are known
  /// @param batch events between two waits in lockstep; 0 for no waits
  record Replay(Recording recording, OptionalDouble rate, int horizon, int batch) implements Feed {
    private static final int BATCHES = 50;
    private static final int BATCH_MAX = 8192;

    /// The batch for lockstep: a fiftieth of the rows, so that a small file is watched closely, but
    /// at most 8,192.
    static int batchFor(int rows) {
      return Math.clamp(rows / BATCHES, 1, BATCH_MAX);
    }

    @Override
    public void run(ObservationSender sender, Course course) {
      double start = course.seconds();
      for (int row = 0; row < recording.size() && !course.isOver(); row++) {
        if (rate.isPresent()) {
          course.sleepUntil(start + row / rate.getAsDouble());
        }
        send(row, sender);
        boolean last = row == recording.size() - 1;
        if (batch > 0 && (row + 1) % batch == 0 && !last) {
          sender.flush();
          course.settle(sender.sent());
        }
      }
      sender.flush();
    }

    private void send(int row, ObservationSender sender) {
      recording
          .unreadable(row)
          .ifPresentOrElse(
              cell -> sender.sendUnreadable(recording.key(row), cell),
              () ->
                  sender.send(
                      recording.key(row),
                      recording.time(row),
                      recording.value(row),
                      recording.covariates(),
                      recording.covariates(row, horizon)));
    }
  }

  /// A story, in lockstep.
  record Played(Scenario scenario, Function<ObservationSender, Scenario.Stage> stage)
      implements Feed {
    @Override
    public void run(ObservationSender sender, Course course) {
      scenario.play(stage.apply(sender));
      sender.flush();
    }
  }

  /// This machine's own metrics, most of them ten times a second, and beside them a recording that
  /// is played once within the first 20 seconds, so that there is a series with a shape from the
  /// start.
  record Live(MachineMetrics metrics, Recording besides) implements Feed {
    private static final double BESIDES_SECONDS = 20;

    @Override
    public void run(ObservationSender sender, Course course) {
      double interval = MachineMetrics.tick().toMillis() / 1e3;
      metrics.read(0); // rates begin with the second reading
      int row = 0;
      for (long tick = 1; !course.isOver(); tick++) {
        course.sleepUntil(tick * interval);
        if (course.isOver()) {
          break;
        }
        long now = System.currentTimeMillis();
        for (Map.Entry<String, Double> metric : metrics.read(tick).entrySet()) {
          sender.send(metric.getKey(), now, metric.getValue());
        }
        double share = Math.min(1, tick * interval / BESIDES_SECONDS);
        for (; row < share * besides.size(); row++) {
          sender.send(besides.key(row), besides.time(row), besides.value(row));
        }
      }
      sender.flush();
    }
  }
}
