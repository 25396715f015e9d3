package io.eddy.deploy.command;

import io.eddy.deploy.bench.Bench;
import io.eddy.deploy.bench.Line;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `eddy bench`: what the networks cost on this machine.
@Command(
    name = "bench",
    description = {
      "Measures what the networks cost on this machine, beside what the machine can do.",
      "",
      "  step       one event through LSTM and GRU cells, one key and many keys at once",
      "  train      an update over 32 sequences of 64 steps: forward, backward, Adam",
      "  attention  one query over a key's own past",
      "  kernels    products of matrices, reading, functions",
      "",
      "With a broker, as commands of their own with options of their own:",
      "",
      "  stream     what the network takes of the throughput of Kafka Streams",
      "  latency    how long events wait for their answers, also during a training and a swap",
      "  restore    how long an instance takes until it can answer",
      "",
      "Medians of samples after a warm-up. SHARE is the part of what this machine reached in the"
          + " same run, in arithmetic from registers or in reading as many bytes, whichever is"
          + " nearer.",
      "A comparison with ONNX Runtime and libtorch: integration-tests/benchmarks."
    },
    footer = {
      "%nExamples:",
      "  eddy bench step",
      "  eddy bench step train --json",
      "  eddy bench stream --summary"
    },
    subcommands = {BenchStreamCommand.class, BenchLatencyCommand.class, BenchRestoreCommand.class})
final class BenchCommand implements Callable<Integer> {
  private static final String ROW = "%-10s %-16s %-14s %-9s %5s %3s %12s %10s %8s %8s %6s %9s";

  @SuppressWarnings("NullAway.Init") // picocli sets it before anything is called
  @Spec
  private CommandSpec spec;

  @Parameters(
      arity = "0..*",
      paramLabel = "BENCH",
      description = "What to measure: ${COMPLETION-CANDIDATES}.")
  private List<Bench> benches = List.of();

  @Option(names = "--json", description = "One JSON object per line.")
  private boolean json;

  @Option(names = "--quick", description = "Fewer and shorter samples.")
  private boolean quick;

  @Override
  public Integer call() {
    if (benches.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "what is to be measured? Give a BENCH");
    }
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.println(
          String.format(
              ROW, "BENCH", "WORK", "SHAPE", "WEIGHTS", "ROWS", "THR", "MEDIAN", "STEPS/S",
              "GFLOP/S", "GB/S", "SHARE", "B/CALL"));
      out.flush();
    }
    for (Bench bench : benches) {
      bench.run(
          quick,
          line -> {
            out.println(json ? BenchJson.line(line) : toRow(line));
            out.flush();
          });
    }
    return 0;
  }

  private static String toRow(Line line) {
    Double steps = line.sequenceStepsPerSecond();
    return String.format(
        Locale.ROOT,
        ROW,
        line.bench(),
        line.work(),
        line.shape(),
        line.precision(),
        line.rows(),
        line.threads(),
        line.medianNs() > 0 ? time(line.medianNs()) : "",
        steps == null ? "" : String.format(Locale.ROOT, "%.1f k", steps / 1e3),
        line.gflops() > 0 ? String.format(Locale.ROOT, "%.1f", line.gflops()) : "",
        line.gigabytesPerSecond() > 0
            ? String.format(Locale.ROOT, "%.1f", line.gigabytesPerSecond())
            : "",
        String.format(Locale.ROOT, "%.0f%%", 100 * line.peakShare()),
        String.format(Locale.ROOT, "%.0f", line.bytesPerCall()));
  }

  private static String time(double nanos) {
    if (nanos < 1e3) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    return nanos < 1e6
        ? String.format(Locale.ROOT, "%.2f us", nanos / 1e3)
        : String.format(Locale.ROOT, "%.2f ms", nanos / 1e6);
  }
}
