package io.eddy.benchmarks.race;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.eddy.benchmarks.peer.Torch;

/// libtorch's LSTM and GRU, called in three ways.
abstract class TorchCell extends Contender {

  final CellWork work;
  final Torch torch;
  final PtNDManager manager;
  final NDList weights;
  NDList state = new NDList();
  private int steps;

  TorchCell(String name, CellWork work, Torch torch) {
    super(name);
    this.work = work;
    this.torch = torch;
    manager = (PtNDManager) torch.manager().newSubManager();
    int rows = work.gates() * work.hiddenSize;
    weights =
        new NDList(
            manager.create(work.weightIh, new Shape(rows, work.inputSize)),
            manager.create(work.weightHh, new Shape(rows, work.hiddenSize)),
            manager.create(work.biasIh, new Shape(rows)),
            manager.create(work.biasHh, new Shape(rows)));
  }

  @Override
  final float[] result() {
    reset();
    steps = 0;
    run(CellWork.EVENTS);
    return hidden();
  }

  @Override
  final void run(int repetitions) {
    for (int i = 0; i < repetitions; i++) {
      step(work.events[steps % CellWork.EVENTS]);
      steps++;
    }
  }

  /// Starts from a zero state.
  abstract void reset();

  abstract void step(float[] event);

  float[] hidden() {
    return state.get(0).toFloatArray();
  }

  final NDArray zeros(int... shape) {
    int size = 1;
    long[] sizes = new long[shape.length];
    for (int i = 0; i < shape.length; i++) {
      size *= shape[i];
      sizes[i] = shape[i];
    }
    return manager.create(new float[size], new Shape(sizes));
  }

  @Override
  public void close() {
    manager.close();
  }

  /// DJL's own operators, the state in libtorch's memory.
  static final class NativeState extends TorchCell {

    NativeState(CellWork work, Torch torch) {
      super("DJL native state", work, torch);
    }

    @Override
    void reset() {
      state = new NDList(zeros(1, work.keys, work.hiddenSize));
      if (work.isLstm()) {
        state.add(zeros(1, work.keys, work.hiddenSize));
      }
    }

    @Override
    void step(float[] event) {
      try (NDArray x = manager.create(event, new Shape(1, work.keys, work.inputSize))) {
        NDList before = state;
        NDList out =
            work.isLstm()
                ? x.getNDArrayInternal().lstm(x, before, weights, true, 1, 0, false, false, false)
                : x.getNDArrayInternal()
                    .gru(x, before.get(0), weights, true, 1, 0, false, false, false);
        out.get(0).close();
        state = out.subNDList(1);
        before.close();
      }
    }
  }

  /// `torch.lstm_cell` and `torch.gru_cell` by a TorchScript whose arguments are DJL's arrays.
  static final class Script extends TorchCell {

    private final Torch.Module module;

    Script(CellWork work, Torch torch) {
      super("DJL TorchScript", work, torch);
      module =
          torch.compile(
              work.isLstm()
                  ? """
                    def forward(self: __torch__.Program, x: Tensor, h: Tensor, c: Tensor, a: Tensor, b: Tensor, d: Tensor, e: Tensor) -> Tuple[Tensor, Tensor]:
                      return torch.lstm_cell(x, [h, c], a, b, d, e)
                  """
                  : """
                    def forward(self: __torch__.Program, x: Tensor, h: Tensor, a: Tensor, b: Tensor, d: Tensor, e: Tensor) -> Tensor:
                      return torch.gru_cell(x, h, a, b, d, e)
                  """);
    }

    @Override
    void reset() {
      state = new NDList(zeros(work.keys, work.hiddenSize));
      if (work.isLstm()) {
        state.add(zeros(work.keys, work.hiddenSize));
      }
    }

    @Override
    void step(float[] event) {
      try (NDArray x = manager.create(event, new Shape(work.keys, work.inputSize))) {
        NDList before = state;
        NDList inputs = new NDList(x);
        inputs.addAll(before);
        inputs.addAll(weights);
        state = module.call("forward", inputs);
        before.close();
      }
    }
  }

  /// A TorchScript that keeps weights and state in its module and reads the event from memory that
  /// Java writes: nothing is made or wrapped per event but the call's own result.
  static final class Resident extends TorchCell {

    private final Torch.Resident module;
    private final java.nio.FloatBuffer x;
    private final java.nio.FloatBuffer h;

    Resident(CellWork work, Torch torch) {
      super("resident TorchScript", work, torch);
      NDArray event = zeros(work.keys, work.inputSize);
      NDArray hidden = zeros(work.keys, work.hiddenSize);
      NDList kept = new NDList(event, hidden);
      if (work.isLstm()) {
        kept.add(zeros(work.keys, work.hiddenSize));
      }
      kept.addAll(weights);
      String body =
          work.isLstm()
              ? """
                  h, c = torch.lstm_cell(k[0], [k[1], k[2]], k[3], k[4], k[5], k[6])
                  torch.copy_(k[1], h)
                  torch.copy_(k[2], c)
              """
              : """
                  torch.copy_(k[1], torch.gru_cell(k[0], k[1], k[2], k[3], k[4], k[5]))
              """;
      module = torch.resident(body, kept);
      x = Torch.memory(event);
      h = Torch.memory(hidden);
      state = kept;
    }

    @Override
    void reset() {
      h.put(0, new float[h.capacity()]);
      if (work.isLstm()) {
        Torch.memory(state.get(2)).put(0, new float[h.capacity()]);
      }
    }

    @Override
    void step(float[] event) {
      x.put(0, event);
      module.run();
    }

    @Override
    float[] hidden() {
      float[] values = new float[h.capacity()];
      h.get(0, values);
      return values;
    }
  }
}
