package io.eddy.benchmarks.race;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.eddy.benchmarks.peer.OnnxModel;
import io.eddy.benchmarks.peer.OnnxRuntime;
import java.nio.FloatBuffer;
import java.util.List;
import java.util.Map;

/// ONNX Runtime's attention over tensors made once, its output pinned.
final class OnnxAttention extends Contender {

  private final OrtSession session;
  private final Map<String, OnnxTensor> inputs;
  private final Map<String, OnnxTensor> outputs;
  private final FloatBuffer out;

  private OnnxAttention(
      String name,
      OnnxModel model,
      Map<String, OnnxTensor> inputs,
      FloatBuffer out,
      long... outShape)
      throws OrtException {
    super(name);
    session = OnnxRuntime.session(model.toBytes());
    this.inputs = inputs;
    this.out = out;
    outputs = Map.of("out", OnnxRuntime.tensor(out, outShape));
  }

  /// MatMul, Softmax, MatMul, with keys stored as the first product wants them.
  static OnnxAttention ofMatrices(AttentionWork work) throws OrtException {
    long heads = AttentionWork.HEADS;
    long size = AttentionWork.HEAD_SIZE;
    long[] query = {heads, 1, size};
    long[] keys = {heads, size, work.entries};
    long[] values = {heads, work.entries, size};
    var model =
        new OnnxModel()
            .input("q", query)
            .input("k", keys)
            .input("v", values)
            .output("out", query)
            .constant("scale", new float[] {0.125f}, 1)
            .node("Mul", List.of("q", "scale"), List.of("scaled"), Map.of())
            .node("MatMul", List.of("scaled", "k"), List.of("scores"), Map.of())
            .node("Softmax", List.of("scores"), List.of("weights"), Map.of("axis", -1L))
            .node("MatMul", List.of("weights", "v"), List.of("out"), Map.of());
    return new OnnxAttention(
        "ORT MatMul-Softmax-MatMul",
        model,
        Map.of(
            "q", tensor(work.query, query),
            "k", tensor(AttentionWork.byHead(work.keys, work.entries, true), keys),
            "v", tensor(AttentionWork.byHead(work.values, work.entries, false), values)),
        OnnxRuntime.buffer(AttentionWork.WIDTH),
        query);
  }

  /// The fused operator of com.microsoft.
  static OnnxAttention fused(AttentionWork work) throws OrtException {
    long[] query = {1, 1, AttentionWork.WIDTH};
    long[] memory = {1, work.entries, AttentionWork.WIDTH};
    var model =
        new OnnxModel()
            .input("q", query)
            .input("k", memory)
            .input("v", memory)
            .output("out", query)
            .node(
                "com.microsoft",
                "MultiHeadAttention",
                List.of("q", "k", "v"),
                List.of("out"),
                Map.of("num_heads", (long) AttentionWork.HEADS));
    return new OnnxAttention(
        "ORT MultiHeadAttention",
        model,
        Map.of(
            "q", tensor(work.query, query),
            "k", tensor(work.keys, memory),
            "v", tensor(work.values, memory)),
        OnnxRuntime.buffer(AttentionWork.WIDTH),
        query);
  }

  private static OnnxTensor tensor(float[] values, long... shape) throws OrtException {
    FloatBuffer buffer = OnnxRuntime.buffer(values.length);
    buffer.put(0, values);
    return OnnxRuntime.tensor(buffer, shape);
  }

  @Override
  float[] result() {
    run(1);
    float[] result = new float[AttentionWork.WIDTH];
    out.get(0, result);
    return result;
  }

  @Override
  void run(int repetitions) {
    try {
      for (int i = 0; i < repetitions; i++) {
        session.run(inputs, outputs).close();
      }
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    inputs.values().forEach(OnnxTensor::close);
    outputs.values().forEach(OnnxTensor::close);
    try {
      session.close();
    } catch (OrtException e) {
      throw new IllegalStateException(e);
    }
  }
}
