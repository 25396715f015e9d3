package io.eddy.benchmarks.race;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.training.GradientCollector;
import ai.djl.training.optimizer.Optimizer;
import ai.djl.training.tracker.Tracker;
import io.eddy.benchmarks.peer.Torch;
import java.nio.FloatBuffer;
import java.util.Map;

/// libtorch's update, called in two ways.
abstract class TorchTraining extends Contender {

  final TrainingWork work;
  final PtNDManager manager;
  final Torch torch;
  private final int threads;
  final NDArray input;
  final NDArray target;
  final NDList weights = new NDList();

  TorchTraining(String name, TrainingWork work, Torch torch, int threads) {
    super(name);
    this.work = work;
    this.torch = torch;
    this.threads = threads;
    manager = (PtNDManager) torch.manager().newSubManager();
    if (work.isLanguageModel()) {
      Shape shape = new Shape(TrainingWork.STEPS, TrainingWork.BATCH);
      input = manager.create(work.input, shape).toType(DataType.INT64, true);
      target = manager.create(work.target, shape).toType(DataType.INT64, true);
    } else {
      input =
          manager.create(
              work.input, new Shape(TrainingWork.STEPS, TrainingWork.BATCH, work.inputSize));
      target = manager.create(work.target, new Shape(TrainingWork.STEPS, TrainingWork.BATCH, 1));
    }
    for (TrainingWork.Weight weight : work.weights.values()) {
      weights.add(manager.create(weight.values(), shape(weight)));
    }
  }

  static Shape shape(TrainingWork.Weight weight) {
    long[] sizes = new long[weight.shape().length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = weight.shape()[i];
    }
    return new Shape(sizes);
  }

  @Override
  final float[] result() {
    int index = 0;
    for (TrainingWork.Weight weight : work.weights.values()) {
      Torch.memory(weights.get(index)).put(0, weight.values());
      index++;
    }
    clearMoments();
    float[] losses = new float[TrainingWork.UPDATES];
    for (int i = 0; i < losses.length; i++) {
      run(1);
      losses[i] = loss();
    }
    return losses;
  }

  @Override
  final void run(int repetitions) {
    torch.threads(threads);
    for (int i = 0; i < repetitions; i++) {
      update();
    }
    torch.threads(1);
  }

  abstract void clearMoments();

  abstract void update();

  /// Of the last update, before its step.
  abstract float loss();

  @Override
  public void close() {
    manager.close();
  }

  /// Forward, backward and Adam in one call of a TorchScript: nothing crosses to Java.
  ///
  /// Adam is that of torch.optim, parameter by parameter; libtorch's fused operator writes to
  /// lists, which TorchScript does not see, so that it drops the call.
  static final class Script extends TorchTraining {

    private final NDList moments = new NDList();
    private final NDArray loss;
    private final Torch.Resident module;

    Script(TrainingWork work, Torch torch, int threads) {
      super("libtorch, one TorchScript", work, torch, threads);
      int count = weights.size();
      for (NDArray weight : weights) {
        moments.add(manager.zeros(weight.getShape()));
      }
      for (NDArray weight : weights) {
        moments.add(manager.zeros(weight.getShape()));
      }
      moments.add(manager.create(0f));
      loss = manager.create(0f);
      NDList kept = new NDList(input, target, loss);
      kept.addAll(weights);
      kept.addAll(moments);
      String forward =
          work.isLanguageModel()
              ? """
                  x = torch.embedding(w[0], k[0])
                  y, h, c = torch.lstm(x, [zero, zero], w[1:5], True, 1, 0., True, False, False)
                  y = torch.linear(torch.reshape(y, [-1, %d]), w[5], w[6])
                  loss = torch.cross_entropy_loss(y, torch.reshape(k[1], [-1]))
              """
                  .formatted(work.hiddenSize)
              : """
                  y, h, c = torch.lstm(k[0], [zero, zero], w[0:4], True, 1, 0., True, False, False)
                  loss = torch.mse_loss(torch.linear(y, w[4], w[5]), k[1])
              """;
      module =
          torch.resident(
              """
                  n = %1$d
                  zero = torch.zeros([1, %2$d, %3$d])
                  w = annotate(List[Tensor], [])
                  for i in range(n):
                    w = w + [torch.requires_grad_(torch.detach(k[3 + i]))]
              %4$s\
                  g = annotate(List[Tensor], [])
                  for d in torch.grad([loss], w):
                    g = g + [unchecked_cast(Tensor, d)]
                  torch.copy_(k[2], torch.detach(loss))
                  step = k[-1]
                  torch.add_(step, 1.)
                  t = float(step)
                  for i in range(n):
                    p = k[3 + i]
                    m = k[3 + n + i]
                    v = k[3 + 2 * n + i]
                    torch.lerp_(m, g[i], 1. - 0.9)
                    torch.addcmul_(torch.mul_(v, 0.999), g[i], g[i], value=1. - 0.999)
                    d = torch.add_(torch.div_(torch.sqrt(v), (1. - 0.999 ** t) ** 0.5), 1e-8)
                    torch.addcdiv_(p, m, d, value=-%5$s / (1. - 0.9 ** t))
              """
                  .formatted(
                      count,
                      TrainingWork.BATCH,
                      work.hiddenSize,
                      forward,
                      TrainingWork.LEARNING_RATE),
              kept);
    }

    @Override
    void clearMoments() {
      for (NDArray moment : moments) {
        FloatBuffer memory = Torch.memory(moment);
        memory.put(0, new float[memory.capacity()]);
      }
    }

    @Override
    void update() {
      module.runWithGradients();
    }

    @Override
    float loss() {
      return loss.getFloat();
    }
  }

  /// DJL's arrays, gradient collector and Adam.
  static final class Arrays extends TorchTraining {

    private Optimizer optimizer = adam();
    private float loss;

    Arrays(TrainingWork work, Torch torch, int threads) {
      super("DJL", work, torch, threads);
      for (NDArray weight : weights) {
        weight.setRequiresGradient(true);
      }
    }

    /// DJL has an Adam of its own, with another place for epsilon.
    @Override
    float tolerance() {
      return 5e-4f;
    }

    private static Optimizer adam() {
      return Optimizer.adam()
          .optLearningRateTracker(Tracker.fixed((float) TrainingWork.LEARNING_RATE))
          .build();
    }

    @Override
    void clearMoments() {
      optimizer = adam();
    }

    @Override
    void update() {
      try (PtNDManager scope = (PtNDManager) manager.newSubManager();
          GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
        collector.zeroGradients();
        NDList scoped = new NDList(input, target);
        scoped.tempAttach(scope);
        NDArray x = input;
        int first = 0;
        if (work.isLanguageModel()) {
          x =
              input
                  .getNDArrayInternal()
                  .embedding(input, weights.get(0), ai.djl.ndarray.types.SparseFormat.DENSE)
                  .singletonOrThrow();
          first = 1;
        }
        NDList state =
            new NDList(
                scope.zeros(new Shape(1, TrainingWork.BATCH, work.hiddenSize)),
                scope.zeros(new Shape(1, TrainingWork.BATCH, work.hiddenSize)));
        NDArray hidden =
            x.getNDArrayInternal()
                .lstm(
                    x,
                    state,
                    weights.subNDList(first).subNDList(0, 4),
                    true,
                    1,
                    0,
                    true,
                    false,
                    false)
                .get(0);
        NDArray out =
            hidden
                .getNDArrayInternal()
                .linear(hidden, weights.get(first + 4), weights.get(first + 5))
                .singletonOrThrow();
        NDArray mean;
        if (work.isLanguageModel()) {
          NDArray probabilities = out.reshape(-1, work.outputSize).logSoftmax(1);
          mean = probabilities.gather(target.reshape(-1, 1), 1).mean().neg();
        } else {
          mean = out.sub(target).square().mean();
        }
        collector.backward(mean);
        loss = mean.getFloat();
        int index = 0;
        for (Map.Entry<String, TrainingWork.Weight> entry : work.weights.entrySet()) {
          NDArray weight = weights.get(index);
          optimizer.update(entry.getKey(), weight, weight.getGradient());
          index++;
        }
      }
    }

    @Override
    float loss() {
      return loss;
    }
  }
}
