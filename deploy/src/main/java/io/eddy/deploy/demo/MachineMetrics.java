package io.eddy.deploy.demo;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import oshi.SystemInfo;
import oshi.hardware.CentralProcessor;
import oshi.hardware.GlobalMemory;
import oshi.hardware.HWDiskStore;
import oshi.hardware.NetworkIF;
import oshi.util.GlobalConfig;

/// What this machine, this JVM and the broker inside it are doing, read anew at each call: the
/// demo's live input.
///
/// A measurement that this machine does not offer (no disks in a container, no load average on
/// Windows) is left out once and for all; the others go on.
final class MachineMetrics {
  private static final Logger LOGGER = LoggerFactory.getLogger(MachineMetrics.class);

  private static final Duration FAST = Duration.ofMillis(100);
  private static final Duration SLOW = Duration.ofSeconds(1);
  private static final Duration LOAD_AVERAGE = Duration.ofSeconds(5);

  private final Map<String, Timed> measurements = new LinkedHashMap<>();

  /// A number that can be read, or not at this moment.
  private interface Measurement {
    OptionalDouble read();
  }

  /// A measurement and how often it is due.
  private record Timed(Measurement measurement, long ticks) {}

  MachineMetrics() {
    try {
      // OSHI keeps what it read for 300 ms, longer than our samples lie apart.
      GlobalConfig.set(GlobalConfig.OSHI_UTIL_MEMOIZER_EXPIRATION, 20);
      addMachine(new SystemInfo());
    } catch (RuntimeException | LinkageError e) {
      // OSHI reaches the machine through native calls, which exotic systems refuse.
      LOGGER.atWarn().setCause(e).log("this machine's own metrics cannot be read");
    }
    addJvm();
    addBroker();
  }

  /// How long a tick is.
  static Duration tick() {
    return FAST;
  }

  /// The values that are due at a tick, by name, in a fixed order. Rates are per second since they
  /// were last read, so that the first reading has none.
  ///
  /// @param tick counts up by one each [#tick()]
  Map<String, Double> read(long tick) {
    Map<String, Double> values = new LinkedHashMap<>();
    List<String> broken = new ArrayList<>();
    measurements.forEach(
        (name, timed) -> {
          if (tick % timed.ticks() != 0) {
            return;
          }
          try {
            timed.measurement().read().ifPresent(value -> values.put(name, value));
          } catch (RuntimeException | LinkageError e) {
            LOGGER.atInfo().addKeyValue("metric", name).setCause(e).log("cannot be read, left out");
            broken.add(name);
          }
        });
    broken.forEach(measurements::remove);
    return values;
  }

  private void add(String name, Duration interval, Measurement measurement) {
    measurements.put(name, new Timed(measurement, interval.dividedBy(FAST)));
  }

  private void addMachine(SystemInfo system) {
    CentralProcessor processor = system.getHardware().getProcessor();
    GlobalMemory memory = system.getHardware().getMemory();
    add("cpu-percent", FAST, new CpuLoad(processor));
    add(
        "memory-percent",
        SLOW,
        gauge(() -> 100.0 * (memory.getTotal() - memory.getAvailable()) / memory.getTotal()));
    add("load-average", LOAD_AVERAGE, gauge(() -> processor.getSystemLoadAverage(1)[0]));
    add("context-switches-per-second", FAST, new Rate(processor::getContextSwitches));
    add("interrupts-per-second", FAST, new Rate(processor::getInterrupts));
    List<HWDiskStore> disks = system.getHardware().getDiskStores();
    if (!disks.isEmpty()) {
      add("disk-bytes-per-second", FAST, new Rate(() -> diskBytes(disks)));
    }
    List<NetworkIF> interfaces = system.getHardware().getNetworkIFs(true);
    if (!interfaces.isEmpty()) {
      add("network-bytes-per-second", FAST, new Rate(() -> networkBytes(interfaces)));
    }
  }

  private void addJvm() {
    if (ManagementFactory.getThreadMXBean() instanceof com.sun.management.ThreadMXBean threads) {
      add("jvm-allocated-bytes-per-second", FAST, new Rate(threads::getTotalThreadAllocatedBytes));
    }
    if (ManagementFactory.getOperatingSystemMXBean()
        instanceof com.sun.management.OperatingSystemMXBean process) {
      add("jvm-cpu-nanos-per-second", FAST, new Rate(process::getProcessCpuTime));
    }
  }

  private void addBroker() {
    add("broker-bytes-in-per-second", FAST, new Rate(brokerCounter("BytesInPerSec")));
    add("broker-bytes-out-per-second", FAST, new Rate(brokerCounter("BytesOutPerSec")));
    add("broker-messages-in-per-second", FAST, new Rate(brokerCounter("MessagesInPerSec")));
  }

  /// A counter that the broker in this JVM keeps over all topics; -1 while it does not exist.
  private static LongSupplier brokerCounter(String name) {
    MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
    return () -> {
      try {
        var bean = new ObjectName("kafka.server:type=BrokerTopicMetrics,name=" + name);
        return beans.isRegistered(bean) ? (Long) beans.getAttribute(bean, "Count") : -1;
      } catch (JMException e) {
        throw new IllegalStateException("broker metric " + name + " cannot be read", e);
      }
    };
  }

  private static long diskBytes(List<HWDiskStore> disks) {
    long bytes = 0;
    for (HWDiskStore disk : disks) {
      disk.updateAttributes();
      bytes += disk.getReadBytes() + disk.getWriteBytes();
    }
    return bytes;
  }

  private static long networkBytes(List<NetworkIF> interfaces) {
    long bytes = 0;
    for (NetworkIF one : interfaces) {
      one.updateAttributes();
      bytes += one.getBytesRecv() + one.getBytesSent();
    }
    return bytes;
  }

  private static Measurement gauge(DoubleSupplier value) {
    return () -> {
      double read = value.getAsDouble();
      return Double.isFinite(read) && read >= 0 ? OptionalDouble.of(read) : OptionalDouble.empty();
    };
  }

  /// Busy share of all processors since the last call.
  private static final class CpuLoad implements Measurement {
    private final CentralProcessor processor;
    private long[] ticks;

    CpuLoad(CentralProcessor processor) {
      this.processor = processor;
      this.ticks = processor.getSystemCpuLoadTicks();
    }

    @Override
    public OptionalDouble read() {
      long[] before = ticks;
      ticks = processor.getSystemCpuLoadTicks();
      double load = processor.getSystemCpuLoadBetweenTicks(before, ticks);
      return load >= 0 ? OptionalDouble.of(100 * load) : OptionalDouble.empty();
    }
  }

  /// Growth of a counter per second since the last call.
  private static final class Rate implements Measurement {
    private final LongSupplier counter;
    private long count = -1;
    private long nanos;

    Rate(LongSupplier counter) {
      this.counter = counter;
    }

    @Override
    public OptionalDouble read() {
      long before = count;
      long nanosBefore = nanos;
      count = counter.getAsLong();
      nanos = System.nanoTime();
      double seconds = (nanos - nanosBefore) / 1e9;
      // A counter that went back was reset: no rate this time.
      return before < 0 || count < before || seconds <= 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((count - before) / seconds);
    }
  }
}
