package io.eddy.deploy.doctor;

import com.sun.management.OperatingSystemMXBean;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.model.kernel.Kernels;
import java.lang.management.ManagementFactory;
import java.util.List;

/// This machine and its Java. Needs no configuration.
final class MachineChecks {
  private static final String AREA = "machine";
  private static final int JAVA = 25;
  private static final long HEAP_BYTES_MIN = 256L << 20;

  /// What RocksDB takes outside of the heap, see `BoundedRocksDb`, and the JVM itself.
  private static final long OUTSIDE_HEAP_BYTES = (384L + 200L) << 20;

  private MachineChecks() {}

  static List<Finding> all() {
    return List.of(java(), vectorModule(), arithmetic(), heap());
  }

  private static Finding java() {
    int feature = Runtime.version().feature();
    String found = "%s, %s".formatted(Runtime.version(), System.getProperty("java.vm.name"));
    return feature >= JAVA
        ? Finding.good(AREA, "java", found)
        : Finding.bad(AREA, "java", found, "install a JDK %d and set JAVA_HOME".formatted(JAVA));
  }

  private static Finding vectorModule() {
    String check = "vector module";
    String flag = "--add-modules jdk.incubator.vector";
    return ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent()
        ? Finding.good(AREA, check, "jdk.incubator.vector is there")
        : Finding.warning(
            AREA,
            check,
            "jdk.incubator.vector is missing: same results, about ten times slower",
            "start java with " + flag);
  }

  private static Finding arithmetic() {
    String check = "arithmetic";
    try {
      return Finding.good(AREA, check, Kernels.best() + ", fused multiply-add");
    } catch (IllegalStateException | IllegalArgumentException e) {
      return Finding.bad(
          AREA,
          check,
          String.valueOf(e.getMessage()),
          "run on a processor with FMA, and without -Deddy.kernels and -XX:-UseFMA");
    }
  }

  private static Finding heap() {
    String check = "memory";
    long heap = Runtime.getRuntime().maxMemory();
    long machine =
        ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getTotalMemorySize();
    String found =
        "heap up to %sB, machine or container %sB, %d processors"
            .formatted(
                Numbers.measure((double) heap),
                Numbers.measure((double) machine),
                Runtime.getRuntime().availableProcessors());
    if (heap < HEAP_BYTES_MIN) {
      return Finding.warning(
          AREA,
          check,
          found,
          "give Java more heap, such as EDDY_JAVA_OPTS=-Xmx1g: models and windows for training"
              + " stand there");
    }
    if (heap + OUTSIDE_HEAP_BYTES > machine) {
      return Finding.warning(
          AREA,
          check,
          found,
          "lower -Xmx or give more memory: RocksDB and Java take about %sB outside of the heap"
              .formatted(Numbers.measure((double) OUTSIDE_HEAP_BYTES)));
    }
    return Finding.good(AREA, check, found);
  }
}
