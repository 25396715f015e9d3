package io.eddy.benchmarks.race;

import ai.onnxruntime.OrtException;
import io.eddy.benchmarks.peer.OnnxRuntime;
import io.eddy.benchmarks.peer.Torch;
import io.eddy.model.cell.CellType;
import io.eddy.model.program.Precision;
import java.io.PrintWriter;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Races all contenders and prints one table a section.
@Command(
    name = "race",
    description =
        "Races Eddy against ONNX Runtime and libtorch, in turns, in this JVM, on one thread unless"
            + " a row says otherwise.",
    mixinStandardHelpOptions = true)
public final class Race implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--only",
      split = ",",
      paramLabel = "SECTION",
      description = "which of ${COMPLETION-CANDIDATES}, by default all")
  private List<Section> only = List.of(Section.values());

  @Option(names = "--quick", description = "fewer and shorter samples: for a first look")
  private boolean quick;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "NUMBER",
      description = "numbers of threads to train with, by default 1 and 2")
  private List<Integer> threadCounts = List.of(1, 2);

  @Option(
      names = "--thread-time",
      description =
          "times the calling thread instead of the clock, where it works alone: for a busy machine")
  private boolean threadTime;

  @Option(names = "--json", description = "lines of JSON instead of tables")
  private boolean json;

  private Torch torch;
  private Report report;

  @SuppressWarnings("NullAway.Init") // picocli fills the fields
  public Race() {}

  @Override
  public Integer call() throws OrtException {
    PrintWriter out = spec.commandLine().getOut();
    if (!json) {
      out.printf(
          "ONNX Runtime %s, libtorch %s, Java %s, %s%n",
          OnnxRuntime.version(),
          Torch.version(),
          Runtime.version(),
          quick ? "a quick look" : "medians of %d samples".formatted(heat().samples()));
    }
    try (Torch open = Torch.open()) {
      torch = open;
      for (Section section : only) {
        report = new Report(section);
        race(section);
        if (json) {
          report.printJson(out);
        } else {
          report.printTable(out);
        }
      }
    }
    return 0;
  }

  private void race(Section section) throws OrtException {
    switch (section) {
      case STEP -> {
        for (CellType cell : List.of(CellType.LSTM, CellType.GRU)) {
          for (int[] shape : new int[][] {{8, 32}, {8, 64}, {16, 128}, {32, 256}, {64, 512}}) {
            step(new CellWork(cell, shape[0], shape[1], 1));
          }
        }
      }
      case BATCH -> {
        for (CellType cell : List.of(CellType.LSTM, CellType.GRU)) {
          for (int[] shape : new int[][] {{8, 64, 8}, {32, 256, 8}, {8, 64, 256}, {32, 256, 256}}) {
            step(new CellWork(cell, shape[0], shape[1], shape[2]));
          }
        }
      }
      case TRAIN -> {
        for (int threads : threadCounts) {
          for (int hidden : new int[] {64, 128, 256}) {
            train(TrainingWork.regression(8, hidden), threads);
          }
          for (int hidden : new int[] {128, 512}) {
            train(TrainingWork.characters(65, 64, hidden), threads);
          }
        }
      }
      case PRODUCT -> {
        for (int size : new int[] {512, 1024}) {
          multiply(new ProductWork(size));
        }
      }
      case ATTENTION -> {
        for (int entries : new int[] {64, 256, 1024}) {
          attend(new AttentionWork(entries));
        }
      }
    }
  }

  private Heat heat() {
    Heat.Clock clock = clock(1);
    return quick
        ? new Heat(500_000_000L, 8_000_000L, 9, clock)
        : new Heat(800_000_000L, 8_000_000L, 25, clock);
  }

  private Heat.Clock clock(int threads) {
    return threadTime && threads == 1 ? Heat.Clock.THREAD : Heat.Clock.WALL;
  }

  private Heat trainingHeat(int threads) {
    return quick
        ? new Heat(500_000_000L, 30_000_000L, 5, clock(threads))
        : new Heat(1_500_000_000L, 100_000_000L, 15, clock(threads));
  }

  private void step(CellWork work) throws OrtException {
    run(
        work.keys == 1 ? work.label() : "%s, %d keys".formatted(work.label(), work.keys),
        work.operations(),
        work.expected(),
        heat(),
        cells(work, torch));
  }

  static List<Contender> cells(CellWork work, Torch torch) throws OrtException {
    return List.of(
        new OnnxCell.Pinned(work),
        new OnnxCell.Usual(work),
        new TorchCell.NativeState(work, torch),
        new TorchCell.Script(work, torch),
        new TorchCell.Resident(work, torch),
        new EddyCell.Pinned(work, Precision.FLOAT32),
        new EddyCell.Usual(work),
        new EddyCell.Pinned(work, Precision.BFLOAT16));
  }

  private void train(TrainingWork work, int threads) {
    List<Contender> contenders =
        List.of(
            new TorchTraining.Script(work, torch, threads),
            new TorchTraining.Arrays(work, torch, threads),
            new EddyTraining(work, threads));
    run(
        "%s, %d thread%s".formatted(work.label(), threads, threads == 1 ? "" : "s"),
        work.operations(),
        contenders.getFirst().result(),
        trainingHeat(threads),
        contenders);
  }

  private void multiply(ProductWork work) {
    run(work.label(), work.operations(), work.expected(), heat(), products(work, torch));
  }

  static List<Contender> products(ProductWork work, Torch torch) {
    return List.of(new ProductWork.OfTorch(work, torch), new ProductWork.OfEddy(work));
  }

  private void attend(AttentionWork work) throws OrtException {
    run(work.label(), work.operations(), work.expected(), heat(), attentions(work, torch));
  }

  static List<Contender> attentions(AttentionWork work, Torch torch) throws OrtException {
    return List.of(
        OnnxAttention.ofMatrices(work),
        OnnxAttention.fused(work),
        new TorchAttention(work, torch),
        new EddyAttention(work));
  }

  private void run(
      String row,
      double operations,
      float[] expected,
      Heat heat,
      List<? extends Contender> contenders) {
    for (Contender contender : contenders) {
      check(row, contender, expected);
    }
    spec.commandLine().getErr().println("racing " + row);
    spec.commandLine().getErr().flush();
    report.add(row, operations, heat.run(contenders));
    contenders.forEach(Contender::close);
  }

  /// Who computes something else does not race.
  private static void check(String row, Contender contender, float[] expected) {
    float[] actual = contender.result();
    for (int i = 0; i < expected.length; i++) {
      if (!(Math.abs(actual[i] - expected[i]) <= contender.tolerance())) {
        throw new IllegalStateException(
            "%s, %s: element %d is %s, expected %s"
                .formatted(row, contender.name(), i, actual[i], expected[i]));
      }
    }
  }
}
