package io.eddy.benchmarks.race;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import io.eddy.benchmarks.peer.Torch;
import io.eddy.model.kernel.Kernels;
import java.util.Arrays;
import java.util.SplittableRandom;

/// The product of two square matrices.
final class ProductWork {

  /// For sums of a thousand products.
  private static final float SUM_TOLERANCE = 1e-3f;

  final int size;
  final float[] left;
  final float[] right;

  ProductWork(int size) {
    this.size = size;
    var random = new SplittableRandom(size);
    left = new float[size * size];
    right = new float[size * size];
    for (int i = 0; i < left.length; i++) {
      left[i] = (float) random.nextDouble(-1, 1);
      right[i] = (float) random.nextDouble(-1, 1);
    }
  }

  /// As in the table's rows.
  String label() {
    return size + "x" + size + "x" + size;
  }

  double operations() {
    return 2.0 * size * size * size;
  }

  /// The first row, in double.
  float[] expected() {
    double[] sums = new double[size];
    for (int k = 0; k < size; k++) {
      for (int j = 0; j < size; j++) {
        sums[j] += (double) left[k] * right[k * size + j];
      }
    }
    float[] row = new float[size];
    for (int j = 0; j < size; j++) {
      row[j] = (float) sums[j];
    }
    return row;
  }

  /// libtorch's, into memory that is there.
  static final class OfTorch extends Contender {

    private final Torch.Resident module;
    private final NDArray out;
    private final NDList kept;
    private final int size;

    OfTorch(ProductWork work, Torch torch) {
      super("libtorch");
      size = work.size;
      out = torch.tensor(new float[size * size], size, size);
      kept =
          new NDList(
              torch.tensor(work.left, size, size), torch.tensor(work.right, size, size), out);
      module = torch.resident("    torch.mm(k[0], k[1], out=k[2])\n", kept);
    }

    @Override
    float tolerance() {
      return SUM_TOLERANCE;
    }

    @Override
    float[] result() {
      run(1);
      float[] row = new float[size];
      Torch.memory(out).get(0, row);
      return row;
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

  /// Eddy's kernel, which adds to zeros written first.
  static final class OfEddy extends Contender {

    private final ProductWork work;
    private final float[] out;
    private final Kernels kernels = Kernels.best();

    OfEddy(ProductWork work) {
      super("Eddy");
      this.work = work;
      out = new float[work.size * work.size];
    }

    @Override
    float tolerance() {
      return SUM_TOLERANCE;
    }

    @Override
    float[] result() {
      run(1);
      return Arrays.copyOf(out, work.size);
    }

    @Override
    void run(int repetitions) {
      int size = work.size;
      for (int i = 0; i < repetitions; i++) {
        Arrays.fill(out, 0);
        kernels.multiplyAdd(
            size, size, size, work.left, 0, size, 1, work.right, 0, size, out, 0, size);
      }
    }
  }
}
