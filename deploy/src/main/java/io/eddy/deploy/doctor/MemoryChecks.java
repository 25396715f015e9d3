package io.eddy.deploy.doctor;

import io.eddy.deploy.app.EddyApplication;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.StoreType;
import io.eddy.processors.forecast.Footprint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// What state and training take of the memory of this JVM.
final class MemoryChecks {
  private static final String AREA = "memory";

  /// Of the heap; beyond that, collections get frequent.
  private static final double SHARE_MAX = 0.5;

  private MemoryChecks() {}

  /// @param partitions of the input; 0 if they are not known
  static List<Finding> all(EddyApplication application, int partitions) {
    ProcessorsConfig config = application.config();
    double heap = (double) Runtime.getRuntime().maxMemory();
    List<Finding> findings = new ArrayList<>();
    if (config.job() == Job.FORECAST) {
      findings.add(state(config, heap));
    }
    findings.add(training(config, heap, partitions));
    return findings;
  }

  private static Finding state(ProcessorsConfig config, double heap) {
    int bytes = Footprint.of(config, Duration.ZERO).stateBytes();
    String found = "%sB for each key".formatted(Numbers.measure((double) bytes));
    return config.storeType() == StoreType.IN_MEMORY
        ? Finding.warning(
            AREA,
            "state",
            "%s and its anchor, on the heap: about %s keys fill half of it"
                .formatted(found, Numbers.measure(SHARE_MAX * heap / (2 * bytes))),
            "set %s=rocksdb if there are more".formatted(ProcessorsConfig.STORE_TYPE))
        : Finding.good(AREA, "state", found + " and as much for its anchor, on disk");
  }

  private static Finding training(ProcessorsConfig config, double heap, int partitions) {
    String check = "training";
    if (!config.trainingEnabled()) {
      return Finding.good(AREA, check, "this application does not train");
    }
    double one = (double) config.trainingHeapBytes();
    if (partitions == 0) {
      return Finding.good(AREA, check, "up to %sB a partition".formatted(Numbers.measure(one)));
    }
    String found =
        "up to %sB if this instance is alone with %d partitions, heap %sB"
            .formatted(Numbers.measure(one * partitions), partitions, Numbers.measure(heap));
    return one * partitions > SHARE_MAX * heap
        ? Finding.warning(
            AREA,
            check,
            found,
            "raise -Xmx, or set %s to %d"
                .formatted(
                    ProcessorsConfig.TRAINING_HEAP_BYTES,
                    Math.max(1 << 20, (long) (SHARE_MAX * heap / partitions))))
        : Finding.good(AREA, check, found);
  }
}
