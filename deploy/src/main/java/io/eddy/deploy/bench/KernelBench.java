package io.eddy.deploy.bench;

import io.eddy.model.kernel.Kernels;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/// Single kernels: products of matrices, reading, functions.
final class KernelBench {

  private KernelBench() {}

  static void run(Sampler sampler, Machine machine, Consumer<Line> lines) {
    Kernels kernels = Kernels.best();
    lines.accept(peak(machine));
    for (int kibibytes : new int[] {24, 256, 4 * 1024, 256 * 1024}) {
      lines.accept(reading(machine, kibibytes));
    }
    int[][] products = {
      {512, 512, 512}, {1024, 1024, 1024}, {32, 256, 64}, {32, 1024, 256}, {2048, 512, 136}
    };
    for (int[] size : products) {
      float[] a = random(size[0] * size[2]);
      float[] b = random(size[2] * size[1]);
      float[] out = new float[size[0] * size[1]];
      Sampler.Cost cost =
          sampler.measure(
              () ->
                  kernels.multiplyAdd(
                      size[0], size[1], size[2], a, 0, size[2], 1, b, 0, size[1], out, 0, size[1]));
      double operations = 2.0 * size[0] * size[1] * size[2];
      String shape = size[0] + "x" + size[1] + "x" + size[2];
      lines.accept(line(machine, "product", shape, operations, 0, cost));
    }
    int n = 1024;
    float[] x = random(n);
    float[] y = new float[n];
    lines.accept(function(sampler, machine, "sigmoid", n, () -> kernels.sigmoid(x, 0, y, 0, n)));
    lines.accept(function(sampler, machine, "tanh", n, () -> kernels.tanh(x, 0, y, 0, n)));
    lines.accept(function(sampler, machine, "exp", n, () -> kernels.exp(x, 0, y, 0, n)));
    lines.accept(function(sampler, machine, "softmax", n, () -> kernels.softmax(x, 0, y, 0, n)));
  }

  private static Line peak(Machine machine) {
    return new Line(
        "kernels", "peak", "registers", "float32", 1, 1, 0, null, machine.peakGflops(), 0, 1, 0);
  }

  private static Line reading(Machine machine, int kibibytes) {
    double rate = machine.gigabytesPerSecond(kibibytes * 1024L);
    return new Line(
        "kernels",
        "read",
        kibibytes + " KiB",
        "float32",
        1,
        1,
        kibibytes * 1024 / rate,
        null,
        0,
        rate,
        1,
        0);
  }

  private static Line function(
      Sampler sampler, Machine machine, String name, int n, Runnable call) {
    return line(machine, name, Integer.toString(n), 0, 4.0 * n, sampler.measure(call));
  }

  private static Line line(
      Machine machine,
      String work,
      String shape,
      double operations,
      double bytes,
      Sampler.Cost cost) {
    return new Line(
        "kernels",
        work,
        shape,
        "float32",
        1,
        1,
        cost.nanos(),
        null,
        operations / cost.nanos(),
        bytes / cost.nanos(),
        machine.share(operations, bytes, cost.nanos(), 1),
        cost.bytes());
  }

  private static float[] random(int size) {
    var random = new SplittableRandom(1);
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) (2 * random.nextDouble() - 1);
    }
    return values;
  }
}
