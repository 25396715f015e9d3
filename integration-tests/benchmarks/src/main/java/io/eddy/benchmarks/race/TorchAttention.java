package io.eddy.benchmarks.race;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.eddy.benchmarks.peer.Torch;

/// libtorch's fused attention over tensors that stay in its memory.
final class TorchAttention extends Contender {

  private final Torch.Resident module;
  private final NDList kept;
  private final NDArray out;

  TorchAttention(AttentionWork work, Torch torch) {
    super("libtorch");
    int heads = AttentionWork.HEADS;
    int size = AttentionWork.HEAD_SIZE;
    out = torch.tensor(new float[AttentionWork.WIDTH], 1, heads, 1, size);
    float[] keys = AttentionWork.byHead(work.keys, work.entries, false);
    float[] values = AttentionWork.byHead(work.values, work.entries, false);
    kept =
        new NDList(
            torch.tensor(work.query, 1, heads, 1, size),
            torch.tensor(keys, 1, heads, work.entries, size),
            torch.tensor(values, 1, heads, work.entries, size),
            out);
    module =
        torch.resident(
            "    torch.copy_(k[3], torch.scaled_dot_product_attention(k[0], k[1], k[2]))\n", kept);
  }

  @Override
  float[] result() {
    run(1);
    float[] result = new float[AttentionWork.WIDTH];
    Torch.memory(out).get(0, result);
    return result;
  }

  @Override
  void run(int repetitions) {
    for (int i = 0; i < repetitions; i++) {
      module.run();
    }
  }

  @Override
  public void close() {
    kept.close();
  }
}
