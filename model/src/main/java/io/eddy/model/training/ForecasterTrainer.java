package io.eddy.model.training;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.optimizer.LearningRateSchedule;
import io.eddy.model.optimizer.OptimizerSettings;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/// Trains a forecaster by truncated back-propagation through time over the histories of many keys.
///
/// Every key's steps come in their order, in chunks of `truncation` steps; the state is carried
/// across the border of two chunks, the gradient is not. Keys of similar length lie side by side in
/// a batch. The newest part of each history validates; the best weights by that win, and those that
/// the training started from take part.
///
/// Where there is an [io.eddy.model.series.EmbeddingSpec], some histories are trained on as if
/// their category were unknown, others in each pass (a dropout of whole rows). Everything else
/// knows it.
///
/// Deterministic: equal data, settings and base give equal weights, to the bit.
public final class ForecasterTrainer {

  private static final System.Logger LOGGER = System.getLogger(ForecasterTrainer.class.getName());

  /// Passes over the data between two validations make at least this many updates.
  private static final int LEAST_UPDATES_PER_ROUND = 40;

  /// A pull towards zero, where the network answers the naive forecast. Measured: without it, 100
  /// values of one series are learned by heart; at 1, 400 series are not learned.
  private static final double WEIGHT_DECAY = 0.05;

  /// Where the cosine of the learning rate ends.
  private static final double LEAST_RATE = 0.1;

  /// Histories whose category is hidden in a pass over the data: a network that always knew it
  /// would have no answer for one that it does not know. A compromise between two measurements on
  /// invented series, of 0.1 to 0.5: the more are hidden, the sooner a network learns to read from
  /// a key's past what the category would have told, and the later it learns what rare events mean
  /// in a category.
  private static final double UNKNOWN_SHARE = 0.2;

  private static final int GREATEST_SETBACKS = 3;

  /// A round whose training loss is this many times the loss that the training started with has
  /// blown up.
  private static final double BLOW_UP = 20;

  private final TrainingSettings settings;
  private final Team team;

  /// On the caller's thread alone.
  public ForecasterTrainer(TrainingSettings settings) {
    this(settings, new Team(1));
  }

  /// On the threads of a team, which the caller closes. Their number does not change the weights.
  public ForecasterTrainer(TrainingSettings settings, Team team) {
    this.settings = settings;
    this.team = team;
  }

  /// Trains from the base's weights.
  ///
  /// @param base where the training starts; not changed
  /// @param data histories, at least one; if they are too short to validate by, the base's weights
  ///   stay as they are
  /// @param provenance what the caller knows of the data, kept with the result
  /// @param listener hears of every validation
  /// @param cancelled polled before every update
  /// @throws CancellationException once `cancelled` says so
  /// @throws DivergedException if the loss blew up again and again
  public TrainingResult train(
      Forecaster base,
      List<SeriesHistory> data,
      Map<String, String> provenance,
      TrainingListener listener,
      BooleanSupplier cancelled) {
    if (data.isEmpty()) {
      throw new IllegalArgumentException("there is no history to train on, expected at least one");
    }
    return new Run(base, data, listener, cancelled).train(provenance);
  }

  /// One training: what changes while it runs.
  private final class Run {
    private final ForecasterSpec spec;
    private final List<SeriesHistory> data;
    private final TrainingListener listener;
    private final BooleanSupplier cancelled;
    private final ForecasterProgram program;
    private final List<ForecastBatch> batches = new ArrayList<>();
    private final int rows;
    private final Parameters parameters;
    private final Trainer trainer;
    private final Unroller unroller;
    private final int updatesPerEpoch;
    private final LearningRateSchedule schedule;
    private double rate = settings.learningRate();
    private int updates;

    Run(
        Forecaster base,
        List<SeriesHistory> data,
        TrainingListener listener,
        BooleanSupplier cancelled) {
      this.data = data;
      this.listener = listener;
      this.cancelled = cancelled;
      spec = base.spec();
      program = ForecasterProgram.withLoss(spec);
      rows = Math.min(settings.batchSize(), data.size());
      parameters = base.parameters().copy();
      trainer =
          new Trainer(
              program.program(),
              parameters,
              program.objective().loss(),
              settings.truncation(),
              rows,
              UpdateSettings.of(OptimizerSettings.AdamW.decaying(WEIGHT_DECAY))
                  .withClipNorm(settings.clipNorm()),
              Kernels.best(),
              team);
      unroller = trainer.unroller();
      List<SeriesHistory> sorted = new ArrayList<>(data);
      sorted.sort(Comparator.comparingInt(SeriesHistory::size).reversed());
      int chunks = 0;
      for (int from = 0; from < sorted.size(); from += rows) {
        List<SeriesHistory> members = sorted.subList(from, Math.min(from + rows, sorted.size()));
        var batch = new ForecastBatch(spec, members, settings.validationShare());
        chunks += batch.chunkCount(settings.truncation(), ForecastBatch.Part.TRAINING);
        batches.add(batch);
      }
      updatesPerEpoch = Math.max(1, chunks);
      long planned = Math.min(settings.maxUpdates(), (long) settings.maxEpochs() * updatesPerEpoch);
      schedule = new LearningRateSchedule.Cosine(planned, LEAST_RATE);
    }

    TrainingResult train(Map<String, String> provenance) {
      Parameters best = parameters.copy();
      double baseLoss = loss(ForecastBatch.Part.VALIDATION);
      // The newest part alone may be so calm that ordinary training data would look blown up.
      double startLoss = Math.max(baseLoss, trainingLoss());
      double bestLoss = baseLoss;
      double bestTrainingLoss = Double.NaN;
      listener.onEpoch(0, settings.maxEpochs(), Double.NaN, baseLoss);
      if (isUntrained()) {
        startLinear();
        double loss = loss(ForecastBatch.Part.VALIDATION);
        if (loss < bestLoss) {
          bestLoss = loss;
          best.set(parameters);
        }
      }
      var random = new Random(settings.seed());
      int epochsPerRound = (LEAST_UPDATES_PER_ROUND + updatesPerEpoch - 1) / updatesPerEpoch;
      int epoch = 0;
      int setbacks = 0;
      int roundsWithoutGain = 0;
      while (epoch < settings.maxEpochs()
          && updates < settings.maxUpdates()
          && roundsWithoutGain < settings.patience()) {
        double trainingLoss = 0;
        int passes = Math.min(epochsPerRound, settings.maxEpochs() - epoch);
        int passesMade = 0;
        while (passesMade < passes && updates < settings.maxUpdates()) {
          trainingLoss += epoch(random);
          passesMade++;
        }
        trainingLoss /= passesMade;
        epoch += passesMade;
        double loss = parameters.isFinite() ? loss(ForecastBatch.Part.VALIDATION) : Double.NaN;
        if (!Double.isFinite(loss)
            || !Double.isFinite(trainingLoss)
            || hasBlownUp(trainingLoss, startLoss)) {
          setbacks++;
          if (setbacks > GREATEST_SETBACKS) {
            throw new DivergedException(
                "the training loss is "
                    + trainingLoss
                    + " after "
                    + epoch
                    + " epochs, although the learning rate was lowered to "
                    + rate
                    + ": lower eddy.training.learning.rate");
          }
          LOGGER.log(
              System.Logger.Level.WARNING,
              "training loss {0} after epoch {1}: back to the last good weights, at half the rate",
              trainingLoss,
              epoch);
          parameters.set(best);
          trainer.resetOptimizer();
          rate /= 2;
          continue;
        }
        listener.onEpoch(epoch, settings.maxEpochs(), trainingLoss, loss);
        if (loss < bestLoss) {
          bestLoss = loss;
          bestTrainingLoss = trainingLoss;
          best.set(parameters);
          roundsWithoutGain = 0;
        } else {
          roundsWithoutGain++;
        }
      }
      parameters.set(best);
      double share = 1;
      if (bestLoss < baseLoss) {
        Parameters shrunk = best.copy();
        share = shrink(shrunk);
        double loss = loss(ForecastBatch.Part.VALIDATION);
        if (loss <= baseLoss) {
          best = shrunk;
          bestLoss = loss;
        } else {
          share = 1;
          parameters.set(best);
        }
      }
      return result(provenance, best, share, bestTrainingLoss, bestLoss, baseLoss, epoch);
    }

    /// A likelihood's logarithm may start anywhere, also below zero, so there it is the distance
    /// that counts.
    private boolean hasBlownUp(double loss, double startLoss) {
      return spec.head().isLikelihood()
          ? loss > startLoss + BLOW_UP * Math.max(Math.abs(startLoss), 1)
          : loss > BLOW_UP * Math.max(startLoss, 1e-6);
    }

    private boolean isUntrained() {
      boolean zero = parameters.isZero("path.weight");
      for (int member = 0; member < spec.ensemble(); member++) {
        zero &= parameters.isZero(spec.memberPrefix(member) + "head.weight");
      }
      return zero;
    }

    private void startLinear() {
      long rowCount = 0;
      for (ForecastBatch batch : batches) {
        int chunks = batch.chunkCount(settings.truncation(), ForecastBatch.Part.TRAINING);
        rowCount += (long) chunks * settings.truncation() * rows;
      }
      var start = new LinearStart(spec, rowCount);
      for (ForecastBatch.Part part : ForecastBatch.Part.values()) {
        for (ForecastBatch batch : batches) {
          int batchChunks = batch.chunkCount(settings.truncation(), part);
          for (int chunk = 0; chunk < batchChunks; chunk++) {
            checkCancelled();
            if (batch.fill(program, unroller, chunk, settings.truncation(), rows, part) > 0) {
              start.add(
                  unroller.rows(program.inputs()),
                  unroller.rows(program.objective().target()),
                  unroller.rows(program.objective().weight()),
                  settings.truncation() * rows,
                  part);
            }
          }
        }
      }
      start.applyTo(parameters);
    }

    private void checkCancelled() {
      if (cancelled.getAsBoolean()) {
        throw new CancellationException("the training was cancelled");
      }
    }

    /// One pass over all batches, in an order of its own, or as much of one as the limit of updates
    /// leaves.
    ///
    /// @return mean loss per target and term
    private double epoch(Random random) {
      List<ForecastBatch> order = new ArrayList<>(batches);
      Collections.shuffle(order, random);
      double lossSum = 0;
      long counted = 0;
      for (ForecastBatch batch : order) {
        batch.hideCategories(random, UNKNOWN_SHARE);
        reset();
        int chunks = batch.chunkCount(settings.truncation(), ForecastBatch.Part.TRAINING);
        for (int chunk = 0; chunk < chunks && updates < settings.maxUpdates(); chunk++) {
          checkCancelled();
          int targets =
              batch.fill(
                  program,
                  unroller,
                  chunk,
                  settings.truncation(),
                  rows,
                  ForecastBatch.Part.TRAINING);
          if (targets > 0) {
            lossSum += update(targets);
            counted += targets;
          } else {
            unroller.forward(settings.truncation());
          }
          unroller.carry();
        }
        batch.showCategories();
      }
      return lossSum / Math.max(1, counted) / program.objective().terms();
    }

    private double update(int targets) {
      float scale = 1f / (targets * (float) program.objective().terms());
      double learningRate = rate * schedule.factor(updates);
      updates++;
      return trainer.update(settings.truncation(), scale, learningRate);
    }

    private void reset() {
      for (int row = 0; row < rows; row++) {
        unroller.reset(row);
      }
    }

    /// @return mean score per target and quantile on one part
    private double loss(ForecastBatch.Part part) {
      return mean(program.objective().score(), part) / spec.quantileCount();
    }

    /// @return mean loss per target and term that is trained on, without an update
    private double trainingLoss() {
      return mean(program.objective().loss(), ForecastBatch.Part.TRAINING)
          / program.objective().terms();
    }

    private double mean(Value value, ForecastBatch.Part part) {
      double[] sums = new double[2];
      forEachChunk(
          part,
          (batch, chunk, targets) -> {
            sums[0] += sum(value);
            sums[1] += targets;
          });
      return sums[0] / Math.max(1, sums[1]);
    }

    private double sum(Value value) {
      Rows all = unroller.rows(value);
      double sum = 0;
      for (int row = 0; row < settings.truncation() * rows; row++) {
        sum += all.values()[all.at(row)];
      }
      return sum;
    }

    private void forEachChunk(ForecastBatch.Part part, ChunkConsumer consumer) {
      for (ForecastBatch batch : batches) {
        reset();
        int chunks = batch.chunkCount(settings.truncation(), part);
        for (int chunk = 0; chunk < chunks; chunk++) {
          checkCancelled();
          int targets = batch.fill(program, unroller, chunk, settings.truncation(), rows, part);
          unroller.forward(settings.truncation());
          if (targets > 0) {
            consumer.accept(batch, chunk, targets);
          }
          unroller.carry();
        }
      }
    }

    private TrainingResult result(
        Map<String, String> callersProvenance,
        Parameters best,
        double share,
        double trainingLoss,
        double validationLoss,
        double baseLoss,
        int epochs) {
      var calibration = new WidthCalibration(spec);
      double[] errors = new double[3]; // one step ahead: ours, the last value's, how many
      forEachChunk(
          ForecastBatch.Part.VALIDATION,
          (batch, chunk, targets) -> collect(batch, calibration, errors));
      Map<String, String> provenance = new LinkedHashMap<>(callersProvenance);
      long values = 0;
      long from = Long.MAX_VALUE;
      long to = Long.MIN_VALUE;
      for (SeriesHistory history : data) {
        values += history.runSize();
        from = Math.min(from, history.firstTime());
        to = Math.max(to, history.lastTime());
      }
      provenance.put("data.series", Integer.toString(data.size()));
      provenance.put("data.values", Long.toString(values));
      provenance.put("data.from", Instant.ofEpochMilli(from).toString());
      provenance.put("data.to", Instant.ofEpochMilli(to).toString());
      provenance.put("training.settings", settings.toString());
      // Classes that run outside a jar have no version.
      String version = ForecasterTrainer.class.getPackage().getImplementationVersion();
      provenance.put("training.eddy.version", version == null ? "unpackaged" : version);
      provenance.put("training.epochs", Integer.toString(epochs));
      provenance.put("training.updates", Integer.toString(updates));
      provenance.put("training.loss", Double.toString(trainingLoss));
      provenance.put("validation.loss", Double.toString(validationLoss));
      provenance.put("training.correction.share", Double.toString(share));
      provenance.put("validation.loss.base", Double.toString(baseLoss));
      double count = Math.max(1, errors[2]);
      provenance.put("validation.mae", Double.toString(errors[0] / count));
      provenance.put("validation.mae.last.value", Double.toString(errors[1] / count));
      var forecaster = new Forecaster(spec, best, calibration.factors(), provenance);
      return new TrainingResult(
          forecaster,
          calibration.counts(),
          trainingLoss,
          validationLoss,
          baseLoss,
          epochs,
          updates);
    }

    /// Leaves of the correction what the validation data confirm.
    private double shrink(Parameters weights) {
      var shrinkage = new Shrinkage(spec);
      long[] counted = new long[1];
      forEachChunk(
          ForecastBatch.Part.VALIDATION,
          (batch, chunk, targets) -> counted[0] += targets / spec.horizon());
      var sample = new RowSample(counted[0], Shrinkage.ROWS);
      forEachChunk(
          ForecastBatch.Part.VALIDATION,
          (batch, chunk, targets) -> {
            Rows center = unroller.rows(program.center());
            Rows means = program.means().map(unroller::rows).orElse(center);
            Rows target = unroller.rows(program.objective().target());
            Rows weight = unroller.rows(program.objective().weight());
            for (int row = 0; row < settings.truncation() * rows; row++) {
              boolean taken = weight.values()[weight.at(row)] > 0 && sample.takesNext();
              for (int h = 0; taken && h < spec.horizon(); h++) {
                if (weight.values()[weight.at(row) + h] > 0) {
                  shrinkage.add(
                      h,
                      center.values()[center.at(row) + h],
                      means.values()[means.at(row) + h],
                      target.values()[target.at(row) + h]);
                }
              }
            }
          });
      double share = shrinkage.applyTo(weights);
      parameters.set(weights);
      return share;
    }

    private void collect(ForecastBatch batch, WidthCalibration calibration, double[] errors) {
      int horizon = spec.horizon();
      Rows quantiles = unroller.rows(program.quantiles());
      Rows target = unroller.rows(program.objective().target());
      Rows weight = unroller.rows(program.objective().weight());
      for (int row = 0; row < settings.truncation() * rows; row++) {
        int q = quantiles.at(row);
        for (int h = 0; h < horizon; h++) {
          if (weight.values()[weight.at(row) + h] > 0) {
            float actual = target.values()[target.at(row) + h];
            calibration.add(h, quantiles.values(), q, actual);
            if (h == 0) {
              float median = quantiles.values()[q + spec.quantileCount() / 2 * horizon];
              errors[0] += Math.abs(actual - median);
              errors[1] += Math.abs(actual - batch.naive(row));
              errors[2]++;
            }
          }
        }
      }
    }
  }

  private interface ChunkConsumer {
    void accept(ForecastBatch batch, int chunk, int targets);
  }
}
