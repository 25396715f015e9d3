package io.eddy.deploy.evaluate;

import io.eddy.model.cell.CellType;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.EarlyStopping;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.sequence.LanguageModel;
import io.eddy.model.sequence.LanguageModelReader;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.LanguageModelTrainer;
import io.eddy.model.sequence.LengthBatches;
import io.eddy.model.text.Token;
import io.eddy.model.text.Tokenizer;
import io.eddy.model.training.UpdateSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.SplittableRandom;

/// Sessions of a file system's log, each the ids of its lines: a language model over ids learns
/// normal sessions, and one is anomalous if any next id, or its end, is not among the g likeliest
/// (DeepLog, Du et al. 2017, but with the state carried from the session's start instead of a
/// window of 10, and the end as an event).
///
/// Five folds of the normal training sessions choose the number of epochs, and g: the least that
/// takes no more than three in a thousand of sessions that were not learned from for anomalous.
/// Then all are learned from. Test sessions decide nothing. False alarms are counted on a sample of
/// normal sessions and multiplied up to all of them.
final class LogSessions extends EvaluationTask {

  private static final int START = 0;
  private static final int END = 1;
  private static final int FIRST_ID = 2;
  private static final int FOLDS = 5;
  private static final int BATCH = 32;
  private static final int EPOCHS = 30;
  private static final int PATIENCE = 6;
  private static final double LEARNING_RATE = 2e-3;
  private static final double FALSE_ALARMS = 3e-3;

  /// Normal sessions of the whole log, of which the test file is a sample.
  private static final double NORMAL_SESSIONS = 553_366;

  LogSessions() {
    super(
        "log-sessions", "hdfs-sessions", "Anomalous sessions of a log by the ids of its lines, F1");
  }

  @Override
  public TaskResult run(TaskRun run) throws IOException {
    List<int[]> sessions = new ArrayList<>(read(run.folder().resolve("train_normal.txt")));
    List<int[]> normal = read(run.folder().resolve("test_normal_sample.txt"));
    List<int[]> abnormal = read(run.folder().resolve("test_abnormal.txt"));
    Collections.shuffle(sessions, new Random(run.seed()));
    int symbols = sessions.stream().flatMapToInt(Arrays::stream).max().orElseThrow() + 1;
    var model = new LanguageModel(new LanguageModelSpec(symbols, 32, CellType.LSTM, 64, 2, 0.1f));
    long started = System.nanoTime();
    Choice choice = choose(model, sessions, run);
    run.report()
        .accept("the " + choice.likeliest + " likeliest are normal, " + choice.epochs + " epochs");
    Parameters parameters = Parameters.initial(model.parameters(), run.seed());
    Training training = new Training(model, parameters, sessions, run);
    for (int epoch = 1; epoch <= choice.epochs; epoch++) {
      training.epoch("All, epoch " + epoch + " of " + choice.epochs);
    }
    training.close();
    double seconds = (System.nanoTime() - started) * 1e-9;
    var reader = new LanguageModelReader(model, parameters, Kernels.best());
    double found = flagged(reader, abnormal, choice.likeliest, symbols);
    double falseAlarms =
        flagged(reader, normal, choice.likeliest, symbols) * NORMAL_SESSIONS / normal.size();
    double precision = found / (found + falseAlarms);
    double recall = found / abnormal.size();
    return TaskResult.of(
            "f1",
            2 * precision * recall / (precision + recall),
            seconds,
            parameters.elementCount(),
            (choice.read + training.read) / seconds)
        .with("precision", precision)
        .with("recall", recall)
        .with("likeliest", choice.likeliest);
  }

  /// What held-out sessions chose.
  private record Choice(int epochs, int likeliest, long read) {}

  /// Cross-validation: each fold is judged by a network that learned from the others.
  private static Choice choose(LanguageModel model, List<int[]> sessions, TaskRun run) {
    int symbols = model.spec().symbols();
    long[] falseAlarms = new long[symbols + 1]; // by g
    int[] epochs = new int[FOLDS];
    long read = 0;
    for (int fold = 0; fold < FOLDS; fold++) {
      List<int[]> learned = new ArrayList<>();
      List<int[]> heldOut = new ArrayList<>();
      for (int session = 0; session < sessions.size(); session++) {
        (session % FOLDS == fold ? heldOut : learned).add(sessions.get(session));
      }
      Parameters parameters = Parameters.initial(model.parameters(), run.seed());
      var stopping = new EarlyStopping(PATIENCE, 0, parameters);
      try (var training = new Training(model, parameters, learned, run)) {
        for (int epoch = 1; epoch <= training.epochs && !stopping.isOver(); epoch++) {
          training.epoch("Fold " + (fold + 1) + " of " + FOLDS + ", epoch " + epoch);
          if (stopping.validated(meanSurprise(model, parameters, heldOut), parameters)) {
            epochs[fold] = epoch;
          }
        }
        read += training.read;
      }
      run.report()
          .accept(
              String.format(
                  Locale.ROOT,
                  "fold %d: %.4f nats an id after %d epochs",
                  fold + 1,
                  stopping.bestLoss(),
                  epochs[fold]));
      var reader = new LanguageModelReader(model, stopping.best(), Kernels.best());
      for (int likeliest = 1; likeliest <= symbols; likeliest++) {
        falseAlarms[likeliest] += flagged(reader, heldOut, likeliest, symbols);
      }
    }
    int likeliest = 1;
    while (likeliest < symbols && falseAlarms[likeliest] > FALSE_ALARMS * sessions.size()) {
      likeliest++;
    }
    Arrays.sort(epochs);
    return new Choice(epochs[FOLDS / 2], likeliest, read);
  }

  /// Sessions with their start and end.
  private static List<int[]> read(Path file) throws IOException {
    return DataFile.lines(file).stream()
        .map(Tokenizer.whitespace()::tokenize)
        .filter(ids -> !ids.isEmpty())
        .map(LogSessions::session)
        .toList();
  }

  private static int[] session(List<Token> ids) {
    int[] session = new int[ids.size() + 2];
    session[0] = START;
    for (int i = 0; i < ids.size(); i++) {
      session[i + 1] = Integer.parseInt(ids.get(i).text()) - 1 + FIRST_ID;
    }
    session[ids.size() + 1] = END;
    return session;
  }

  /// A training that goes on epoch by epoch.
  private static final class Training implements AutoCloseable {
    private final List<int[]> sessions;
    private final TaskRun run;
    private final int epochs;
    private final int[] lengths;
    private final SplittableRandom random;
    private final LearningRateSchedule schedule;
    private final Team team;
    private final LanguageModelTrainer trainer;
    private long read;

    Training(LanguageModel model, Parameters parameters, List<int[]> sessions, TaskRun run) {
      this.sessions = sessions;
      this.run = run;
      epochs = run.epochs().orElse(EPOCHS);
      lengths = sessions.stream().mapToInt(session -> session.length).toArray();
      random = new SplittableRandom(run.seed());
      schedule =
          new LearningRateSchedule.Cosine(
              (long) epochs * Math.ceilDiv(sessions.size(), BATCH), 0.05);
      team = new Team(run.threads());
      trainer =
          new LanguageModelTrainer(
              model,
              parameters,
              Arrays.stream(lengths).max().orElseThrow(),
              BATCH,
              UpdateSettings.of(OptimizerSettings.Adam.defaults())
                  .withClipNorm(1)
                  .withSeed(run.seed()),
              Kernels.best(),
              team);
    }

    void epoch(String name) {
      run.progress().begin(name, sessions.size());
      for (int[] batch : LengthBatches.shuffled(lengths, BATCH, random)) {
        trainer.update(
            Arrays.stream(batch).mapToObj(sessions::get).toList(),
            update -> LEARNING_RATE * schedule.factor(update));
        read += Arrays.stream(batch).map(session -> lengths[session]).sum();
        run.progress().advance(BATCH);
      }
    }

    @Override
    public void close() {
      team.close();
    }
  }

  private static double meanSurprise(
      LanguageModel model, Parameters parameters, List<int[]> sessions) {
    var reader = new LanguageModelReader(model, parameters, Kernels.best());
    double sum = 0;
    long count = 0;
    for (int[] session : sessions) {
      reader.load(reader.freshState());
      for (int t = 0; t + 1 < session.length; t++) {
        reader.read(session[t]);
        sum += reader.surprise(session[t + 1]);
        count++;
      }
    }
    return sum / count;
  }

  /// How many sessions have an id, or an end, that is not among the likeliest.
  private static long flagged(
      LanguageModelReader reader, List<int[]> sessions, int likeliest, int symbols) {
    return sessions.stream()
        .filter(session -> isAnomalous(reader, session, likeliest, symbols))
        .count();
  }

  private static boolean isAnomalous(
      LanguageModelReader reader, int[] session, int likeliest, int symbols) {
    reader.load(reader.freshState());
    for (int t = 0; t + 1 < session.length; t++) {
      // An id that no normal session has is none of the likeliest.
      if (session[t + 1] >= symbols) {
        return true;
      }
      reader.read(session[t]);
      if (reader.rank(session[t + 1]) >= likeliest) {
        return true;
      }
    }
    return false;
  }
}
