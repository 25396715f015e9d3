package io.eddy.deploy.bench;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.kernel.PeakArithmetic;
import java.util.HashMap;
import java.util.Map;

/// What this machine reaches at its best, measured in the same run as everything else.
final class Machine {

  private final Sampler sampler;
  private final Kernels kernels = Kernels.best();
  private final double peakGflops;
  private final Map<Integer, Double> readRates = new HashMap<>(); // GB/s by KiB
  private float sink;

  Machine(Sampler sampler) {
    this.sampler = sampler;
    var arithmetic = new PeakArithmetic();
    double operations = arithmetic.operations();
    peakGflops = operations / sampler.measure(arithmetic).nanos();
  }

  /// Fused multiply-adds on registers alone, one thread.
  double peakGflops() {
    return peakGflops;
  }

  /// How fast one thread reads so many bytes again and again, from whichever cache they fit in.
  double gigabytesPerSecond(long bytes) {
    int kibibytes = (int) Math.max(1, Math.min(bytes / 1024, 1 << 20));
    return readRates.computeIfAbsent(kibibytes, this::measureReading);
  }

  private double measureReading(int kibibytes) {
    float[] data = new float[kibibytes * 256];
    Sampler.Cost cost = sampler.measure(() -> sink += kernels.sum(data, 0, data.length));
    return data.length * 4.0 / cost.nanos();
  }

  /// @param bytes read by one call, again and again
  double share(double operations, double bytes, double nanos, int threads) {
    double arithmetic = operations / nanos / (peakGflops * threads);
    double reading = bytes > 0 ? bytes / nanos / (gigabytesPerSecond((long) bytes) * threads) : 0;
    return Math.max(arithmetic, reading);
  }
}
