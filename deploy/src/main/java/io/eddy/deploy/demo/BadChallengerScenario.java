package io.eddy.deploy.demo;

import io.eddy.deploy.models.PublishedModels;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.network.Forecaster;
import io.eddy.model.parameter.Parameters;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.ModelManifest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Somebody offers the champion's weights with noise in them: they are tried, and never answer.
/// Then somebody promotes them by hand: the predecessor, which runs beside them, comes back.
final class BadChallengerScenario implements Scenario {
  private static final int SEASON = 24;
  private static final int OFFERED = 900;
  private static final int FORCED = 1_800;
  private static final int END = 2_700;
  private static final double NOISE = 0.5;

  private int badVersion = -1;
  private long challengerAnswers;
  private long answers;
  private boolean withdrawn;
  private boolean forced;
  private long forcedAt = -1;
  private long rolledBackAt = -1;

  @Override
  public Map<String, String> settings() {
    Map<String, String> settings = DriftScenario.settings(SEASON);
    // One training makes the champion; the only challenger is the bad one.
    settings.put(ProcessorsConfig.TRAINING_GROWTH, "1000");
    settings.put(ProcessorsConfig.DRIFT_ENABLED, "false");
    return settings;
  }

  @Override
  public void play(Stage stage) {
    Progress progress = stage.progress();
    progress.onSwap(this::note);
    progress.onAnswer(
        event -> {
          synchronized (this) {
            answers++;
            if (!forced && event.forecast().getModelVersion() == badVersion) {
              challengerAnswers++;
            }
          }
        });
    var series = new MadeUpSeries(SEASON, 2);
    for (int step = 0; step < END && !stage.course().isOver(); step++) {
      if (step == OFFERED) {
        offer(stage);
      } else if (step == FORCED) {
        force(stage);
      }
      DriftScenario.send(series, step, stage);
    }
    stage.sender().flush();
    stage.course().settle(stage.sender().sent());
  }

  private synchronized void note(Progress.Swap swap) {
    Integer shadow = swap.shadow();
    switch (swap.kind()) {
      case TRIAL -> badVersion = shadow == null ? badVersion : shadow;
      case WITHDRAWN -> withdrawn = true;
      case PROMOTED -> forcedAt = swap.version() == badVersion ? answers : forcedAt;
      case ROLLED_BACK -> rolledBackAt = answers;
      case CONFIRMED, DELETED, UNKNOWN -> {}
    }
  }

  private void offer(Stage stage) {
    PublishedModels published = stage.models().read();
    ModelManifest champion =
        published
            .newestDecision()
            .flatMap(decision -> published.version(decision.getChampionVersion()))
            .orElseThrow(
                () ->
                    new UserException(
                        ExitCode.FAILED, "no version answers yet: there is nothing to spoil"));
    Forecaster good = ForecasterCheckpoint.read(published.file(champion).orElseThrow());
    stage.progress().recordCandidateSent();
    stage.models().offer(spoiled(good));
    stage.course().settle(stage.sender().sent());
  }

  private static Forecaster spoiled(Forecaster good) {
    Parameters parameters = good.parameters().copy();
    var random = new Random(3);
    for (int one = 0; one < parameters.count(); one++) {
      float[] values = parameters.values(one);
      for (int i = 0; i < values.length; i++) {
        values[i] += (float) (NOISE * random.nextGaussian());
      }
    }
    return new Forecaster(
        good.spec(), parameters, good.calibration(), Map.of("made.by", "the scenario, to be bad"));
  }

  private void force(Stage stage) {
    synchronized (this) {
      forced = true;
    }
    stage.models().wish(DecisionKind.PROMOTED, badVersion, "forced by the scenario");
  }

  @Override
  public synchronized Map<String, Object> outcome() {
    Map<String, Object> outcome = new LinkedHashMap<>();
    outcome.put("challenger_answers", challengerAnswers);
    outcome.put("withdrawn", withdrawn);
    outcome.put("rolled_back", rolledBackAt >= 0);
    outcome.put("events_to_roll_back", rolledBackAt < 0 ? null : rolledBackAt - forcedAt);
    return outcome;
  }

  @Override
  public synchronized List<String> lines() {
    return List.of(
        "the bad version was %s, and gave %s answers while it was on trial"
            .formatted(withdrawn ? "withdrawn" : "not withdrawn", Numbers.count(challengerAnswers)),
        rolledBackAt < 0
            ? "it was promoted by hand, and still answers"
            : "it was promoted by hand, and rolled back after %s events"
                .formatted(Numbers.count(rolledBackAt - forcedAt)));
  }
}
