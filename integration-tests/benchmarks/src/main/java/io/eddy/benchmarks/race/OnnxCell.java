package io.eddy.benchmarks.race;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.eddy.benchmarks.peer.OnnxModel;
import io.eddy.benchmarks.peer.OnnxRuntime;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// ONNX Runtime's LSTM and GRU, called in two ways.
abstract class OnnxCell extends Contender {

  /// ONNX's gate order by PyTorch's: i, o, f, g and z, r, n.
  private static final int[] LSTM_ORDER = {0, 3, 1, 2};

  private static final int[] GRU_ORDER = {1, 0, 2};

  final CellWork work;
  final OrtSession session;

  OnnxCell(String name, CellWork work) throws OrtException {
    super(name);
    this.work = work;
    session = OnnxRuntime.session(model(work).toBytes());
  }

  static OnnxModel model(CellWork work) {
    int[] order = work.isLstm() ? LSTM_ORDER : GRU_ORDER;
    int rows = order.length * work.hiddenSize;
    long[] x = {1, work.keys, work.inputSize};
    long[] state = {1, work.keys, work.hiddenSize};
    float[] bias = new float[2 * rows];
    System.arraycopy(reorder(work.biasIh, order), 0, bias, 0, rows);
    System.arraycopy(reorder(work.biasHh, order), 0, bias, rows, rows);
    var model =
        new OnnxModel()
            .input("x", x)
            .input("h", state)
            .output("h_n", state)
            .constant("w", reorder(work.weightIh, order), 1, rows, work.inputSize)
            .constant("r", reorder(work.weightHh, order), 1, rows, work.hiddenSize)
            .constant("b", bias, 1, 2L * rows);
    if (work.isLstm()) {
      return model
          .input("c", state)
          .output("c_n", state)
          .node(
              "LSTM",
              List.of("x", "w", "r", "b", "", "h", "c"),
              List.of("", "h_n", "c_n"),
              Map.of("hidden_size", (long) work.hiddenSize));
    }
    return model.node(
        "GRU",
        List.of("x", "w", "r", "b", "", "h"),
        List.of("", "h_n"),
        Map.of("hidden_size", (long) work.hiddenSize, "linear_before_reset", 1L));
  }

  private static float[] reorder(float[] pytorch, int[] order) {
    int block = pytorch.length / order.length;
    float[] onnx = new float[pytorch.length];
    for (int gate = 0; gate < order.length; gate++) {
      System.arraycopy(pytorch, order[gate] * block, onnx, gate * block, block);
    }
    return onnx;
  }

  int stateSize() {
    return work.keys * work.hiddenSize;
  }

  @Override
  public void close() {
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  /// The fastest way: all tensors made once over direct buffers, outputs pinned, two states that
  /// take turns.
  static final class Pinned extends OnnxCell {

    private final FloatBuffer event;
    private final FloatBuffer[] hidden = new FloatBuffer[2];
    private final FloatBuffer[] cell = new FloatBuffer[2];
    private final List<Map<String, OnnxTensor>> inputs = new ArrayList<>();
    private final List<Map<String, OnnxTensor>> outputs = new ArrayList<>();
    private int steps;

    Pinned(CellWork work) throws OrtException {
      super("ORT pinned", work);
      event = OnnxRuntime.buffer(work.keys * work.inputSize);
      OnnxTensor x = OnnxRuntime.tensor(event, 1, work.keys, work.inputSize);
      OnnxTensor[] h = new OnnxTensor[2];
      OnnxTensor[] c = new OnnxTensor[2];
      for (int side = 0; side < 2; side++) {
        hidden[side] = OnnxRuntime.buffer(stateSize());
        cell[side] = OnnxRuntime.buffer(stateSize());
        h[side] = OnnxRuntime.tensor(hidden[side], 1, work.keys, work.hiddenSize);
        c[side] = OnnxRuntime.tensor(cell[side], 1, work.keys, work.hiddenSize);
      }
      for (int side = 0; side < 2; side++) {
        Map<String, OnnxTensor> in = new HashMap<>(Map.of("x", x, "h", h[side]));
        Map<String, OnnxTensor> out = new HashMap<>(Map.of("h_n", h[1 - side]));
        if (work.isLstm()) {
          in.put("c", c[side]);
          out.put("c_n", c[1 - side]);
        }
        inputs.add(in);
        outputs.add(out);
      }
    }

    @Override
    float[] result() {
      for (int side = 0; side < 2; side++) {
        hidden[side].put(0, new float[stateSize()]);
        cell[side].put(0, new float[stateSize()]);
      }
      steps = 0;
      run(CellWork.EVENTS);
      float[] result = new float[stateSize()];
      hidden[steps & 1].get(0, result);
      return result;
    }

    @Override
    void run(int repetitions) {
      try {
        for (int i = 0; i < repetitions; i++) {
          event.put(0, work.events[steps % CellWork.EVENTS]);
          int side = steps & 1;
          session.run(inputs.get(side), outputs.get(side)).close();
          steps++;
        }
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /// As a per-key store has to call it: tensors made from heap state for every event, results
  /// copied back.
  static final class Usual extends OnnxCell {

    private final float[] hidden;
    private final float[] cell;
    private int steps;

    Usual(CellWork work) throws OrtException {
      super("ORT usual", work);
      hidden = new float[stateSize()];
      cell = new float[stateSize()];
    }

    @Override
    float[] result() {
      java.util.Arrays.fill(hidden, 0);
      java.util.Arrays.fill(cell, 0);
      steps = 0;
      run(CellWork.EVENTS);
      return hidden.clone();
    }

    @Override
    void run(int repetitions) {
      try {
        for (int i = 0; i < repetitions; i++) {
          step(work.events[steps % CellWork.EVENTS]);
          steps++;
        }
      } catch (OrtException e) {
        throw new IllegalStateException(e);
      }
    }

    private void step(float[] event) throws OrtException {
      Map<String, OnnxTensor> inputs = new HashMap<>();
      try (OnnxTensor x =
              OnnxRuntime.tensor(FloatBuffer.wrap(event), 1, work.keys, work.inputSize);
          OnnxTensor h =
              OnnxRuntime.tensor(FloatBuffer.wrap(hidden), 1, work.keys, work.hiddenSize);
          OnnxTensor c =
              OnnxRuntime.tensor(FloatBuffer.wrap(cell), 1, work.keys, work.hiddenSize)) {
        inputs.put("x", x);
        inputs.put("h", h);
        if (work.isLstm()) {
          inputs.put("c", c);
        }
        try (OrtSession.Result result = session.run(inputs)) {
          ((OnnxTensor) result.get(0)).getFloatBuffer().get(hidden);
          if (work.isLstm()) {
            ((OnnxTensor) result.get(1)).getFloatBuffer().get(cell);
          }
        }
      }
    }
  }
}
