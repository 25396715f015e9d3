package io.eddy.deploy.demo;

import io.eddy.deploy.terminal.Numbers;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The season of every series changes midway, from 24 steps to 17, and its shape with it: the
/// errors rise, that is noticed, a training starts on what came since, its version is tried beside
/// it and takes its place.
final class DriftScenario implements Scenario {
  private static final int SEASON_BEFORE = 24;
  private static final int SEASON_AFTER = 17;
  private static final int CHANGE = 1_200;
  private static final int END = 3_600;
  private static final int BATCH = 24;
  private static final int MEASURED = 300;
  private static final int BACK_TO_NORMAL = 48;

  /// Errors have recovered when so much of their rise is gone.
  private static final double RECOVERED = 0.8;

  private final ErrorCurve errors = new ErrorCurve(END);
  private final long[] seen = new long[2]; // answers, and those when the drift was noticed
  private int promoted;
  private int stepsToRecover = -1;

  @Override
  public Map<String, String> settings() {
    return settings(SEASON_BEFORE);
  }

  /// Settings for made-up series.
  static Map<String, String> settings(int season) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ProcessorsConfig.SEASON, Integer.toString(season));
    settings.put(ProcessorsConfig.HORIZON, "4");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "48");
    settings.put(ProcessorsConfig.HISTORY_SLOTS, "12");
    settings.put(ProcessorsConfig.HISTORY_RESERVOIR_SLOTS, "0");
    settings.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "36");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "400");
    settings.put(ProcessorsConfig.TRAINING_START, "scratch");
    settings.put(ProcessorsConfig.REWARM_SHARE, "1");
    settings.put(ProcessorsConfig.INPUT_TIME_AHEAD_MAX_MS, Long.toString(Long.MAX_VALUE));
    return settings;
  }

  @Override
  public void play(Stage stage) {
    Progress progress = stage.progress();
    progress.onAnswer(
        event -> {
          errors.add(event);
          seen[0]++;
          if (seen[1] == 0 && progress.drifts() > 0 && event.forecast().getSteps() > CHANGE) {
            seen[1] = seen[0];
          }
        });
    var series = new MadeUpSeries(SEASON_BEFORE, 1);
    for (int step = 0; step < END && !stage.course().isOver(); step++) {
      if (step == CHANGE) {
        series.change(SEASON_AFTER);
        progress.onSwap(swap -> promoted += swap.kind() == DecisionKind.PROMOTED ? 1 : 0);
      }
      send(series, step, stage);
    }
    stage.sender().flush();
    stage.course().settle(stage.sender().sent());
    for (int step = CHANGE; step < END - BACK_TO_NORMAL && stepsToRecover < 0; step++) {
      if (isRecovered(errors.mean(step, step + BACK_TO_NORMAL))) {
        stepsToRecover = step - CHANGE;
      }
    }
  }

  static void send(MadeUpSeries series, int step, Stage stage) {
    for (int one = 0; one < MadeUpSeries.COUNT; one++) {
      stage.sender().send(MadeUpSeries.key(one), MadeUpSeries.time(step), series.next(one, step));
    }
    if (step % BATCH == BATCH - 1) {
      stage.sender().flush();
      stage.course().settle(stage.sender().sent());
    }
  }

  private boolean isRecovered(double error) {
    double peak = errors.mean(CHANGE, CHANGE + BACK_TO_NORMAL);
    return peak - error >= RECOVERED * (peak - before());
  }

  private double before() {
    return errors.mean(CHANGE - MEASURED, CHANGE);
  }

  private double during() {
    return errors.mean(CHANGE, CHANGE + Math.max(BACK_TO_NORMAL, stepsToRecover));
  }

  private double after() {
    return errors.mean(END - MEASURED, END);
  }

  @Override
  public Map<String, Object> outcome() {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("recovered", stepsToRecover >= 0 && isRecovered(after()));
    outcome.put("promoted", promoted);
    outcome.put("error_before", before());
    outcome.put("error_during", during());
    outcome.put("error_after", after());
    outcome.put("events_to_notice", seen[1] == 0 ? null : seen[1] - events(CHANGE));
    outcome.put("events_to_recover", stepsToRecover < 0 ? null : events(stepsToRecover));
    return outcome;
  }

  private static long events(int steps) {
    return (long) steps * MadeUpSeries.COUNT;
  }

  @Override
  public List<String> lines() {
    return List.of(
        "error before the change %s, right after it %s, at the end %s (in sizes of the series)"
            .formatted(
                Numbers.measure(before()), Numbers.measure(during()), Numbers.measure(after())),
        seen[1] == 0
            ? "the change was not noticed"
            : "noticed after %s events, %s"
                .formatted(
                    Numbers.count(seen[1] - events(CHANGE)),
                    stepsToRecover < 0
                        ? "and the errors did not come down again"
                        : "four fifths of the rise were gone after "
                            + Numbers.count(events(stepsToRecover))),
        "%d versions promoted since".formatted(promoted));
  }
}
