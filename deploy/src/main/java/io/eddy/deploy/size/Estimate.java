package io.eddy.deploy.size;

import io.eddy.deploy.terminal.Numbers;
import io.eddy.deploy.terminal.Text;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.config.Promotion;
import io.eddy.processors.config.StoreType;
import io.eddy.processors.forecast.Footprint;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an application takes. `docs/sizing.md` has the formulas and what they were checked against.
///
/// All figures are those of a stream that has run for long: every ring is full, every slot of
/// history taken.
public final class Estimate {
  /// Of a core; what is left takes rebalances, re-warming and bursts.
  private static final double UTILISATION = 0.6;

  /// Bytes on disk per byte of RocksDB's content: what waits for compaction.
  private static final double DISK_FACTOR = 1.5;

  /// What Java, Kafka's clients and the registry's take besides what is counted here.
  private static final long BASE_HEAP_BYTES = 256L << 20;

  private static final long OFF_HEAP_BYTES = 200L << 20;
  private static final long ROCKSDB_BYTES = 384L << 20;

  /// Java's objects around a state in an in-memory store.
  private static final int ENTRY_BYTES = 120;

  private static final int FLOAT_BYTES = 4;

  /// The slot before the series' key, and what the trainer's store puts before both.
  private static final int HISTORY_KEY_BYTES = 5;

  /// Kafka's default for `segment.bytes`, and Eddy's `segment.ms` of changelogs: the newest segment
  /// is never compacted.
  private static final double SEGMENT_BYTES = 1L << 30;

  private static final double DAY_SECONDS = 86_400;

  private final Workload workload;
  private final ProcessorsConfig config;
  private final Footprint footprint;

  /// @param footprint with a measured or given time of an event
  public Estimate(Workload workload, ProcessorsConfig config, Footprint footprint) {
    this.workload = workload;
    this.config = config;
    this.footprint = footprint;
  }

  // ---- per key and event ------------------------------------------------------------------------

  /// State and anchor of one key in the stores of an instance.
  public double bytesPerKey() {
    return 2.0 * footprint.stateBytes() + 2.0 * workload.keyBytes();
  }

  /// Windows of one key in the trainer's store; zero without training.
  public double windowBytesPerKey() {
    if (!config.trainingEnabled()) {
      return 0;
    }
    int windows = config.historySlots() + config.historyReservoirSlots();
    return (double) windows * (footprint.storedWindowBytes() + historyKeyBytes());
  }

  /// Bytes that one event adds to all changelogs together, before replication.
  public double changelogBytesPerEvent() {
    double state = logged(workload.keyBytes(), footprint.stateBytes());
    double windows =
        config.trainingEnabled() ? logged(historyKeyBytes(), footprint.storedWindowBytes()) : 0;
    return state + (state + windows) / config.windowSize();
  }

  /// Bytes that one event adds to Eddy's topics, before replication.
  public double topicBytesPerEvent() {
    double score = logged(historyKeyBytes(), footprint.scoreBytes());
    int scoreSteps =
        config.promotion() == Promotion.TRIAL ? config.scoreSteps() : config.windowSize();
    return logged(workload.keyBytes(), footprint.forecastBytes())
        + logged(historyKeyBytes(), footprint.windowBytes()) / config.windowSize()
        + score / scoreSteps;
  }

  private double logged(int key, int value) {
    return LogBytes.of(key, value, workload.partitionRate());
  }

  private int historyKeyBytes() {
    return HISTORY_KEY_BYTES + workload.keyBytes();
  }

  // ---- instances --------------------------------------------------------------------------------

  /// Share of everything that one instance holds.
  private double share() {
    return Math.ceilDiv(workload.partitions(), workload.instances())
        / (double) workload.partitions();
  }

  /// Processor time of one event, nanoseconds: the network and the codecs as measured, and what
  /// Kafka Streams takes around them.
  public double eventNanos() {
    return footprint.eventNanos() + StreamsCost.nanos(config, footprint.stateBytes());
  }

  /// Cores that the events of all instances take, at the utilisation that leaves room.
  public double cores() {
    return workload.eventsPerSecond() * eventNanos() / 1e9 / UTILISATION;
  }

  /// Heap of one instance.
  public double heapBytes() {
    double models = (double) FLOAT_BYTES * footprint.parameters() * (config.modelsKept() + 1);
    double windows = 0;
    if (config.trainingEnabled()) {
      double partition = workload.keys() * windowBytesPerKey() / workload.partitions();
      double bounded = Math.min(partition, (double) config.trainingHeapBytes());
      // An open training holds on to the windows that it began with.
      windows = 2 * bounded * share() * workload.partitions();
    }
    double stores = 0;
    if (config.storeType() == StoreType.IN_MEMORY) {
      double key = bytesPerKey() + windowBytesPerKey() + 2.0 * ENTRY_BYTES;
      stores = workload.keys() * key * share() * (1 + workload.standbys());
    }
    return BASE_HEAP_BYTES + models + windows + stores;
  }

  /// Memory of one instance, heap and what lies outside of it.
  public double memoryBytes() {
    double rocksdb = config.storeType() == StoreType.ROCKSDB ? ROCKSDB_BYTES : 0;
    return heapBytes() + OFF_HEAP_BYTES + rocksdb;
  }

  /// Disk of one instance.
  public double diskBytes() {
    return config.storeType() == StoreType.ROCKSDB
        ? workload.keys()
            * (bytesPerKey() + windowBytesPerKey())
            * share()
            * (1 + workload.standbys())
            * DISK_FACTOR
        : 0;
  }

  /// Seconds until an instance that has lost its disk answers again, without standbys.
  public double restoreSeconds() {
    double content = workload.keys() * (bytesPerKey() + windowBytesPerKey());
    double tail =
        Math.min(
            workload.eventsPerSecond() * changelogBytesPerEvent() * DAY_SECONDS,
            SEGMENT_BYTES * workload.partitions());
    // Half of a log may be stale before it is compacted, and the newest segment never is.
    return share() * (content + Math.max(content, tail)) / workload.restoreBytesPerSecond();
  }

  // ---- cluster ----------------------------------------------------------------------------------

  /// Bytes per second that all changelogs together take, replicas included.
  public double changelogBytesPerSecond() {
    return workload.eventsPerSecond() * changelogBytesPerEvent() * workload.replicas();
  }

  /// Bytes per second that brokers write for this application, replicas included.
  public double writtenBytesPerSecond() {
    return workload.eventsPerSecond()
        * (changelogBytesPerEvent() + topicBytesPerEvent())
        * workload.replicas();
  }

  /// Bytes per second that it reads.
  public double readBytesPerSecond() {
    double history = logged(historyKeyBytes(), footprint.windowBytes()) / config.windowSize();
    double standby = workload.standbys() * changelogBytesPerEvent();
    return workload.eventsPerSecond()
        * (logged(workload.keyBytes(), workload.inputBytes()) + history + standby);
  }

  /// Disk of all brokers for Eddy's topics and the changelogs, replicas included; without the
  /// input.
  public double clusterDiskBytes() {
    Duration retention = workload.retention();
    double answers =
        workload.eventsPerSecond()
            * retention.toSeconds()
            * logged(workload.keyBytes(), footprint.forecastBytes());
    int windows = config.historySlots() + config.historyReservoirSlots();
    double history =
        (double) workload.keys() * windows * logged(historyKeyBytes(), footprint.windowBytes());
    double content = workload.keys() * (bytesPerKey() + windowBytesPerKey());
    double compacted = 2 * (history + content);
    return workload.replicas() * (answers + compacted);
  }

  // ---- words ------------------------------------------------------------------------------------

  /// The table for people.
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%s keys, %s events/s, %d partitions, %d instances, %d replicas, %d standbys"
            .formatted(
                Numbers.count(workload.keys()),
                Numbers.measure(workload.eventsPerSecond()),
                workload.partitions(),
                workload.instances(),
                workload.replicas(),
                workload.standbys()));
    lines.add("network: " + network());
    lines.add("");
    lines.add("each key");
    row(lines, "state in a store", bytes(footprint.stateBytes()), "and as much for its anchor");
    row(lines, "windows for training", bytes(windowBytesPerKey()), "in the trainer's store");
    lines.add("each event");
    row(lines, "answer", bytes(footprint.forecastBytes()), "the value alone");
    row(lines, "changelogs", bytes(changelogBytesPerEvent()), "before replication");
    row(
        lines,
        "processor time",
        Numbers.measure(eventNanos() / 1e3) + " µs",
        "%s µs of it Eddy's, as measured or given"
            .formatted(Numbers.measure(footprint.eventNanos() / 1e3)));
    lines.add("each instance");
    row(lines, "cores", Numbers.measure(cores() / workload.instances()), training());
    row(lines, "heap (-Xmx)", bytes(heapBytes()), "");
    row(lines, "memory", bytes(memoryBytes()), "heap, RocksDB, Java itself");
    row(lines, "disk", bytes(diskBytes()), "state.dir");
    row(
        lines,
        "restore",
        time(restoreSeconds()),
        "of an empty disk at %sB/s; standbys and a disk that stays avoid it"
            .formatted(Numbers.measure(workload.restoreBytesPerSecond())));
    lines.add("the cluster, replicas included");
    row(lines, "changelogs", bytes(changelogBytesPerSecond()) + "/s", "");
    row(lines, "written", bytes(writtenBytesPerSecond()) + "/s", "changelogs and Eddy's topics");
    row(lines, "read", bytes(readBytesPerSecond()) + "/s", "by this application");
    row(
        lines,
        "disk",
        bytes(clusterDiskBytes()),
        "without the input; answers for %s days"
            .formatted(Numbers.measure(workload.retention().toSeconds() / DAY_SECONDS)));
    return lines;
  }

  private String network() {
    ForecasterSpec spec = config.forecasterSpec();
    return "%s %d x %d, horizon %d, seasons %s, windows of %d, base %s, %s parameters"
        .formatted(
            spec.cell(),
            spec.layerCount() * spec.ensemble(),
            spec.hiddenSize(),
            spec.horizon(),
            spec.series().seasons(),
            spec.windowSize(),
            spec.series().base(),
            Numbers.count(footprint.parameters()));
  }

  private String training() {
    return config.trainingEnabled()
        ? "for events; while it trains, %d more".formatted(config.trainingThreads())
        : "for events";
  }

  private static void row(List<String> lines, String what, String amount, String note) {
    lines.add(("  " + Text.left(what, 22) + Text.right(amount, 12) + "  " + note).stripTrailing());
  }

  private static String bytes(double bytes) {
    return Numbers.measure(bytes) + "B";
  }

  private static String time(double seconds) {
    return seconds < 120
        ? Numbers.seconds(seconds)
        : "%s min".formatted(Numbers.measure(seconds / 60));
  }

  /// The same for JSON, bytes and seconds.
  public Map<String, Object> json() {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("state_bytes_per_key", footprint.stateBytes());
    json.put("stored_bytes_per_key", Math.round(bytesPerKey() + windowBytesPerKey()));
    json.put("answer_bytes", footprint.forecastBytes());
    json.put("changelog_bytes_per_event", Math.round(changelogBytesPerEvent()));
    json.put("eddy_micros_per_event", footprint.eventNanos() / 1e3);
    json.put("micros_per_event", eventNanos() / 1e3);
    json.put("parameters", footprint.parameters());
    json.put("cores_per_instance", cores() / workload.instances());
    json.put("heap_bytes_per_instance", Math.round(heapBytes()));
    json.put("memory_bytes_per_instance", Math.round(memoryBytes()));
    json.put("disk_bytes_per_instance", Math.round(diskBytes()));
    json.put("restore_seconds", restoreSeconds());
    json.put("changelog_bytes_per_second", Math.round(changelogBytesPerSecond()));
    json.put("written_bytes_per_second", Math.round(writtenBytesPerSecond()));
    json.put("read_bytes_per_second", Math.round(readBytesPerSecond()));
    json.put("cluster_disk_bytes", Math.round(clusterDiskBytes()));
    return json;
  }
}
