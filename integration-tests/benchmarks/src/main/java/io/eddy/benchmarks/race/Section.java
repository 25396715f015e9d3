package io.eddy.benchmarks.race;

import io.eddy.benchmarks.race.Comparison.Goal;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// A table of the race, with the goals of the project's issue 3. Its prototypes raced on a machine
/// with AVX2; only ratios within one run say anything.
enum Section {
  STEP("One key, one step: microseconds", "cell", 1e3, false) {
    @Override
    List<Comparison> comparisons() {
      return List.of(
          new Comparison(
              "Eddy by ORT pinned",
              List.of("ORT pinned"),
              "Eddy",
              Map.of(
                  "LSTM 8,32", Goal.of(28, 25),
                  "LSTM 8,64", Goal.of(9.5, 9.3),
                  "LSTM 16,128", Goal.of(4.2, 4.2),
                  "LSTM 32,256", Goal.of(1.7, 1.5),
                  "LSTM 64,512", Goal.of(1.3, 1.2),
                  "GRU 8,32", Goal.of(28, 28),
                  "GRU 8,64", Goal.of(10, 9.8),
                  "GRU 16,128", Goal.of(4.2, 4.1))),
          new Comparison(
              "bf16 by ORT pinned",
              List.of("ORT pinned"),
              "Eddy bf16",
              Map.of(
                  "LSTM 8,64", Goal.of(11, 12),
                  "LSTM 16,128", Goal.of(6, 5.9),
                  "LSTM 32,256", Goal.of(3, 2.8),
                  "LSTM 64,512", Goal.of(2.2, 2.2))),
          new Comparison(
              "load and store by ORT usual",
              List.of("ORT usual"),
              "Eddy, load and store",
              Map.of()),
          new Comparison(
              "Eddy by DJL",
              List.of("DJL native state", "DJL TorchScript"),
              "Eddy",
              Map.of("LSTM 8,64", Goal.of(90, 89))),
          new Comparison(
              "Eddy by resident TorchScript", List.of("resident TorchScript"), "Eddy", Map.of()));
    }
  },
  BATCH("Several keys a call: microseconds a call", "cell, keys", 1e3, false) {
    @Override
    List<Comparison> comparisons() {
      return List.of(
          new Comparison(
              "Eddy by ORT pinned",
              List.of("ORT pinned"),
              "Eddy",
              Map.of(
                  "LSTM 8,64, 8 keys", Goal.of(2.2, 2.2),
                  "LSTM 32,256, 8 keys", Goal.of(1.3, 1.3),
                  "LSTM 8,64, 256 keys", Goal.of(1.05, 1.06),
                  "LSTM 32,256, 256 keys", Goal.of(1.0, 0.95))),
          new Comparison(
              "Eddy by libtorch",
              List.of("DJL native state", "DJL TorchScript", "resident TorchScript"),
              "Eddy",
              Map.of()));
    }
  },
  TRAIN(
      "Training, one update of 32 sequences of 64 steps by Adam: milliseconds (GFLOP/s)",
      "network, threads",
      1e6,
      true) {
    @Override
    List<Comparison> comparisons() {
      return List.of(
          new Comparison(
              "Eddy by libtorch",
              List.of("libtorch, one TorchScript", "DJL"),
              "Eddy",
              Map.of(
                  "LSTM 8,64, 1 thread", Goal.of(1.8, 1.6),
                  "LSTM 8,128, 1 thread", Goal.of(1.4, 1.3),
                  "LSTM 8,256, 1 thread", Goal.of(1.4, 1.3),
                  "characters 65-64-128-65, 1 thread", Goal.of(1.3, 1.15),
                  "characters 65-64-512-65, 1 thread", Goal.of(1.2, 1.18),
                  "LSTM 8,64, 2 threads", Goal.of(2.0, 1.9),
                  "LSTM 8,128, 2 threads", Goal.of(1.7, 1.5),
                  "LSTM 8,256, 2 threads", Goal.of(1.9, 1.8),
                  "characters 65-64-128-65, 2 threads", Goal.of(1.5, 1.4),
                  "characters 65-64-512-65, 2 threads", Goal.of(1.4, 1.3))));
    }
  },
  PRODUCT("Matrix product: milliseconds (GFLOP/s)", "size", 1e6, true) {
    @Override
    List<Comparison> comparisons() {
      return List.of(
          new Comparison(
              "Eddy by libtorch",
              List.of("libtorch"),
              "Eddy",
              Map.of(
                  "512x512x512", new Goal(0.92, 0.88),
                  "1024x1024x1024", new Goal(0.92, 0.88))));
    }
  },
  ATTENTION("One query over cached entries, 4 heads of 64: microseconds", "cache", 1e3, false) {
    @Override
    List<Comparison> comparisons() {
      Map<String, Goal> goals =
          Map.of(
              "64 entries", Goal.of(5, 4.8),
              "256 entries", Goal.of(3, 2.8),
              "1024 entries", Goal.of(2, 1.9));
      return List.of(
          new Comparison(
              "Eddy by ORT",
              List.of("ORT MatMul-Softmax-MatMul", "ORT MultiHeadAttention"),
              "Eddy",
              goals),
          new Comparison("Eddy by libtorch", List.of("libtorch"), "Eddy", Map.of()));
    }
  };

  private final String title;
  private final String rowHead;
  private final double unitNanoseconds;
  private final boolean showsRate;

  Section(String title, String rowHead, double unitNanoseconds, boolean showsRate) {
    this.title = title;
    this.rowHead = rowHead;
    this.unitNanoseconds = unitNanoseconds;
    this.showsRate = showsRate;
  }

  String title() {
    return title;
  }

  /// Head of the first column.
  String rowHead() {
    return rowHead;
  }

  /// Of the table's times.
  double unitNanoseconds() {
    return unitNanoseconds;
  }

  /// Whether the table gives GFLOP/s too.
  boolean showsRate() {
    return showsRate;
  }

  /// As on the command line and in JSON.
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  abstract List<Comparison> comparisons();
}
