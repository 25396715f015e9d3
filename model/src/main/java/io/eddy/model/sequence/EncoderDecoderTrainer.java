package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.optimizer.GlobalNorm;
import io.eddy.model.optimizer.Gradients;
import io.eddy.model.optimizer.Optimizer;
import io.eddy.model.parallel.Team;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Unroller;
import io.eddy.model.program.Value;
import io.eddy.model.sequence.EncoderDecoder.Decoder;
import io.eddy.model.sequence.EncoderDecoder.Encoder;
import io.eddy.model.sequence.EncoderDecoder.Handed;
import io.eddy.model.sequence.EncoderDecoder.Teacher;
import io.eddy.model.sequence.EncoderDecoder.Use;
import io.eddy.model.training.UpdateSettings;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;

/// Trains an [EncoderDecoder] on pairs of sequences: two unrollers in a chain.
///
/// The encoder's states are copied into the decoder's memory, and what it hands over into the rows
/// that the decoder starts from; gradients go the same way back. Sequences of a batch may differ in
/// length: behind a source's end a mask holds the encoder's state, and the memory's length keeps
/// the attention out; behind a target's end the loss has no weight.
///
/// Deterministic: equal data, weights and calls give equal weights, to the bit, whatever the team's
/// size. One caller at a time.
public final class EncoderDecoderTrainer {

  private final EncoderDecoderSpec spec;
  private final Encoder encoder;
  private final Decoder decoder;
  private final Teacher teacher;
  private final Parameters encoderParameters;
  private final Parameters decoderParameters;
  private final Unroller encoding;
  private final Unroller decoding;
  private final Optimizer encoderOptimizer;
  private final Optimizer decoderOptimizer;
  private final GlobalNorm encoderNorm;
  private final GlobalNorm decoderNorm;
  private final UpdateSettings settings;
  private final Kernels kernels;
  private final Team team;
  private final int batchSize;
  private final int maxSteps; // of the decoder, the end among them
  private int encoderSteps;
  private int decoderSteps;

  /// @param encoderParameters that updates change
  /// @param decoderParameters that updates change
  /// @param scheduledSampling whether the decoder may read its own symbols; then it has to go step
  ///   by step, all of it
  /// @param maxTargetLength symbols of a target at most, its end not counted
  /// @param batchSize pairs per update
  /// @param team threads that share the work; the caller closes it
  public EncoderDecoderTrainer(
      EncoderDecoder model,
      Parameters encoderParameters,
      Parameters decoderParameters,
      boolean scheduledSampling,
      int maxTargetLength,
      int batchSize,
      UpdateSettings settings,
      Kernels kernels,
      Team team) {
    this.spec = model.spec();
    this.encoder = model.encoder();
    this.encoderParameters = encoderParameters;
    this.decoderParameters = decoderParameters;
    this.settings = settings;
    this.kernels = kernels;
    this.team = team;
    this.batchSize = batchSize;
    maxSteps = maxTargetLength + 1;
    decoder = model.traceDecoder(scheduledSampling ? Use.LEARN_FROM_OWN : Use.LEARN);
    teacher = Objects.requireNonNull(decoder.teacher());
    encoding =
        new Unroller(
            encoder.program(), encoderParameters, spec.maxSourceLength(), batchSize, kernels, team);
    decoding =
        new Unroller(decoder.program(), decoderParameters, maxSteps, batchSize, kernels, team);
    encoderOptimizer =
        new Optimizer(settings.optimizer(), encoderParameters, settings.frozen(), kernels);
    decoderOptimizer =
        new Optimizer(settings.optimizer(), decoderParameters, settings.frozen(), kernels);
    encoderNorm = new GlobalNorm(encoding.gradients(), kernels);
    decoderNorm = new GlobalNorm(decoding.gradients(), kernels);
  }

  /// One update with the targets as the decoder's input (teacher forcing).
  ///
  /// @param sources one for each batch entry
  /// @param targets symbols without start and end
  /// @return mean cross-entropy per symbol, before the update
  public double update(List<SourceSequence> sources, List<int[]> targets, double learningRate) {
    return update(sources, targets, learningRate, 1);
  }

  /// One update of scheduled sampling: each symbol that the decoder reads is the target's with the
  /// given probability, else drawn from what the decoder itself answered. The first is always the
  /// start.
  ///
  /// @param teacherShare in [0, 1], falling while training goes on; below 1 only where the trainer
  ///   was made for scheduled sampling
  /// @return mean cross-entropy per symbol, before the update
  public double update(
      List<SourceSequence> sources, List<int[]> targets, double learningRate, double teacherShare) {
    ProgramBuilder.require(
        teacherShare == 1 || decoder.forced() != null,
        "a teacher's share of "
            + teacherShare
            + " needs a trainer that was made for scheduled sampling");
    long seed = settings.seed() + 31 * decoderOptimizer.stepCount();
    write(sources, targets);
    force(teacherShare, seed);
    encoding.forward(encoderSteps, seed);
    handStatesOver();
    decoding.forward(decoderSteps, seed);
    int symbols = targets.stream().mapToInt(target -> target.length + 1).sum();
    Gradients.clear(encoding.gradients());
    Gradients.clear(decoding.gradients());
    decoding.backward(teacher.loss(), 1f / symbols);
    encoding.clearRowGradients();
    handGradientsBack();
    encoding.backward();
    settings.penalty().addGradient(encoderParameters, encoding.gradients(), kernels);
    settings.penalty().addGradient(decoderParameters, decoding.gradients(), kernels);
    clip();
    encoderOptimizer.step(encoding.gradients(), learningRate, team);
    decoderOptimizer.step(decoding.gradients(), learningRate, team);
    return lossSum() / symbols;
  }

  /// Mean cross-entropy per symbol under teacher forcing; nothing is learned.
  public double evaluate(List<SourceSequence> sources, List<int[]> targets) {
    write(sources, targets);
    force(1, 0);
    encoding.forward(encoderSteps);
    handStatesOver();
    decoding.forward(decoderSteps);
    return lossSum() / targets.stream().mapToInt(target -> target.length + 1).sum();
  }

  private void write(List<SourceSequence> sources, List<int[]> targets) {
    ProgramBuilder.require(
        sources.size() == batchSize && targets.size() == batchSize,
        sources.size()
            + " sources and "
            + targets.size()
            + " targets, expected "
            + batchSize
            + " of each");
    encoderSteps = sources.stream().mapToInt(SourceSequence::length).max().orElse(0);
    decoderSteps = targets.stream().mapToInt(target -> target.length).max().orElse(0) + 1;
    ProgramBuilder.require(
        encoderSteps >= 1 && encoderSteps <= spec.maxSourceLength() && decoderSteps <= maxSteps,
        "sources of up to "
            + encoderSteps
            + " and targets of up to "
            + (decoderSteps - 1)
            + " elements, expected at most "
            + spec.maxSourceLength()
            + " and "
            + (maxSteps - 1));
    for (int b = 0; b < batchSize; b++) {
      SourceSequence source = sources.get(b);
      int[] target = targets.get(b);
      ProgramBuilder.require(source.length() > 0, "source " + b + " is empty");
      ProgramBuilder.require(
          source.width() == encoder.element().width(),
          "source "
              + b
              + " has elements of "
              + source.width()
              + " numbers, expected "
              + encoder.element().width());
      encoding.reset(b);
      decoding.reset(b);
      if (decoder.memory() != null) {
        decoding.memoryLength(decoder.memory(), b, source.length());
      }
      Rows elements = encoding.rows(encoder.element());
      for (int t = 0; t < encoderSteps; t++) {
        source.write(t, elements.values(), elements.at(t * batchSize + b));
        set(encoding, encoder.mask(), t, b, t < source.length() ? 1 : 0);
      }
      for (int t = 0; t < decoderSteps; t++) {
        int last = t == 0 ? spec.startSymbol() : t <= target.length ? target[t - 1] : 0;
        int next = t < target.length ? target[t] : spec.endSymbol();
        set(decoding, decoder.symbol(), t, b, last);
        set(decoding, teacher.target(), t, b, next);
        set(decoding, teacher.weight(), t, b, t <= target.length ? 1 : 0);
      }
    }
  }

  private void set(Unroller unroller, Value value, int t, int b, float to) {
    Rows rows = unroller.rows(value);
    rows.values()[rows.at(t * batchSize + b)] = to;
  }

  private void force(double teacherShare, long seed) {
    if (decoder.forced() == null) {
      return;
    }
    var random = new SplittableRandom(seed);
    for (int t = 0; t < decoderSteps; t++) {
      for (int b = 0; b < batchSize; b++) {
        boolean forced = random.nextDouble() < teacherShare || t == 0;
        set(decoding, decoder.forced(), t, b, forced ? 1 : 0);
      }
    }
  }

  private void handStatesOver() {
    Rows states = encoding.rows(encoder.states());
    int width = encoder.states().width();
    if (decoder.memory() != null) {
      Rows memory = decoding.rows(decoder.memory());
      for (int t = 0; t < encoderSteps; t++) {
        for (int b = 0; b < batchSize; b++) {
          System.arraycopy(
              states.values(),
              states.at(t * batchSize + b),
              memory.values(),
              memory.at(b * spec.maxSourceLength() + t),
              width);
        }
      }
    }
    for (Handed handed : decoder.handed()) {
      Rows from = encoding.rows(handed.from());
      Rows to = decoding.rows(handed.to());
      for (int slot = 0; slot < handed.slots(); slot++) {
        for (int b = 0; b < batchSize; b++) {
          System.arraycopy(
              from.values(),
              from.at(handed.step(slot, encoderSteps) * batchSize + b),
              to.values(),
              to.at(slot * batchSize + b),
              handed.to().width());
        }
      }
    }
  }

  private void handGradientsBack() {
    Rows states = encoding.rows(encoder.states());
    int width = encoder.states().width();
    if (decoder.memory() != null) {
      Rows memory = decoding.rows(decoder.memory());
      for (int t = 0; t < encoderSteps; t++) {
        for (int b = 0; b < batchSize; b++) {
          kernels.add(
              memory.gradients(),
              memory.at(b * spec.maxSourceLength() + t),
              states.gradients(),
              states.at(t * batchSize + b),
              width);
        }
      }
    }
    List<Handed> all = decoder.handed();
    for (int i = 0; i < all.size(); i++) {
      Handed handed = all.get(i);
      if (sharesRows(handed, all.subList(0, i))) {
        continue;
      }
      Rows from = encoding.rows(handed.from());
      Rows to = decoding.rows(handed.to());
      for (int slot = 0; slot < handed.slots(); slot++) {
        for (int b = 0; b < batchSize; b++) {
          kernels.add(
              to.gradients(),
              to.at(slot * batchSize + b),
              from.gradients(),
              from.at(handed.step(slot, encoderSteps) * batchSize + b),
              handed.to().width());
        }
      }
    }
  }

  /// An unroller shows delays of one value by one array, such as a cell's own state and the last
  /// output that the attention reads: then the gradient of both has gone back already.
  @SuppressWarnings("ReferenceEquality") // which array it is, not what it holds
  private boolean sharesRows(Handed handed, List<Handed> before) {
    Rows rows = decoding.rows(handed.to());
    for (Handed one : before) {
      Rows other = decoding.rows(one.to());
      if (rows.values() == other.values() && rows.at(0) == other.at(0)) {
        return true;
      }
    }
    return false;
  }

  private void clip() {
    if (settings.clipValue() < Double.POSITIVE_INFINITY) {
      Gradients.clipByValue(encoding.gradients(), settings.clipValue());
      Gradients.clipByValue(decoding.gradients(), settings.clipValue());
    }
    encoderNorm.measure(0, 1);
    decoderNorm.measure(0, 1);
    double encoderPart = encoderNorm.value();
    double decoderPart = decoderNorm.value();
    double norm = Math.sqrt(encoderPart * encoderPart + decoderPart * decoderPart);
    if (norm > settings.clipNorm()) {
      double share = settings.clipNorm() / norm;
      encoderNorm.clip(share * encoderPart, 0, 1);
      decoderNorm.clip(share * decoderPart, 0, 1);
    }
  }

  private double lossSum() {
    Rows rows = decoding.rows(teacher.loss());
    double sum = 0;
    for (int row = 0; row < decoderSteps * batchSize; row++) {
      sum += rows.values()[rows.at(row)];
    }
    return sum;
  }
}
