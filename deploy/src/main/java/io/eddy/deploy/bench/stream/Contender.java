package io.eddy.deploy.bench.stream;

import com.sun.management.ThreadMXBean;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.LagInfo;
import org.apache.kafka.streams.processor.StateRestoreListener;

/// One of the applications that are compared. All of them run in this process, on the same input,
/// and stand still but for the one whose turn it is.
final class Contender implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(2);
  private static final Duration CLOSE_MAX = Duration.ofSeconds(30);
  private static final Duration STALL_MAX = Duration.ofMinutes(3);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /// What is done with each event.
  enum Kind {
    /// Nothing: a record as large as an answer is written for each record that is read.
    IDENTITY,
    /// All that Eddy does, but the network never steps.
    WITHOUT_NETWORK,
    /// What users run.
    EDDY
  }

  /// One turn.
  ///
  /// @param events answered in it
  /// @param seconds from the first answer until all of it was committed
  /// @param cpuSeconds processor time of the stream threads
  /// @param allocatedBytes on the heap, by the stream threads
  /// @param changelogBytes that the broker wrote
  record Round(
      long events, double seconds, double cpuSeconds, long allocatedBytes, long changelogBytes) {
    double eventsPerSecond() {
      return events / seconds;
    }
  }

  private final Application application;
  private final Broker broker;
  private final KafkaStreams streams;
  private final String client;
  private final int partitions;
  private final Map<Integer, Gate> gates = new ConcurrentHashMap<>(); // by partition
  private final List<Stopwatch> stopwatches = new CopyOnWriteArrayList<>();
  private volatile boolean standing = true;

  /// Begins to start one.
  ///
  /// @param folder where it keeps its state
  /// @param standbys of each task, on other instances
  /// @param restoring told of what it restores
  Contender(Application application, Path folder, int standbys, StateRestoreListener restoring) {
    this.application = application;
    this.broker = application.broker();
    this.partitions = application.shape().threads();
    this.client = application.id() + "-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    ProcessorsConfig config = application.config(folder, client, standbys);
    var properties = new Properties();
    properties.putAll(config.kafkaProperties());
    var topology =
        new BenchTopology(config, application.registry(), this::newGate, this::newStopwatch);
    streams = new KafkaStreams(topology.of(application.kind(), properties), properties);
    streams.setGlobalStateRestoreListener(restoring);
    // Not before: an application that stands still restores nothing. On the stream's own thread, so
    // that it reads nothing in between.
    streams.setStateListener(
        (now, before) -> {
          if (now == KafkaStreams.State.RUNNING && standing) {
            streams.pause();
          }
        });
    streams.start();
  }

  Kind kind() {
    return application.kind();
  }

  /// Waits until it has restored its state and stands still, with all partitions its own.
  void awaitStart() {
    long deadline = System.nanoTime() + START_MAX.toNanos();
    while (streams.state() != KafkaStreams.State.RUNNING || gates.size() < partitions) {
      requireTime(deadline, "its start");
    }
  }

  /// Takes a turn.
  ///
  /// @param perPartition events of each partition
  Round run(long[] perPartition) {
    long changelogs = changelogBytes();
    long[] before = new long[partitions];
    for (int partition = 0; partition < partitions; partition++) {
      before[partition] = gate(partition).passed();
      gate(partition).arm(perPartition[partition]);
    }
    long[] threads = threads();
    long allocated = Arrays.stream(THREADS.getThreadAllocatedBytes(threads)).sum();
    long cpu = Arrays.stream(THREADS.getThreadCpuTime(threads)).sum();
    streams.resume();
    await("a round's events", () -> gates.values().stream().allMatch(Gate::isThrough));
    streams.pause();
    await("a round's commit", this::isCommitted);
    long ended = System.nanoTime();
    cpu = Arrays.stream(THREADS.getThreadCpuTime(threads)).sum() - cpu;
    allocated = Arrays.stream(THREADS.getThreadAllocatedBytes(threads)).sum() - allocated;
    long events = 0;
    long started = Long.MAX_VALUE;
    for (int partition = 0; partition < partitions; partition++) {
      events += gate(partition).passed() - before[partition];
      started = Math.min(started, gate(partition).startedNanos());
    }
    return new Round(
        events, (ended - started) / 1e9, cpu / 1e9, allocated, changelogBytes() - changelogs);
  }

  /// Takes a turn with the stopwatches on: where the time of an event goes, of one thread.
  Stopwatch.Parts runTimed(long[] perPartition) {
    stopwatches.forEach(Stopwatch::start);
    run(perPartition);
    double get = 0;
    double put = 0;
    double forward = 0;
    double own = 0;
    int measured = 0;
    for (Stopwatch stopwatch : stopwatches) {
      Stopwatch.Parts parts = stopwatch.stop();
      if (parts.sum() > 0) {
        get += parts.get();
        put += parts.put();
        forward += parts.forward();
        own += parts.own();
        measured++;
      }
    }
    int count = Math.max(1, measured);
    return new Stopwatch.Parts(get / count, put / count, forward / count, own / count);
  }

  /// Stands still no longer: one that does keeps no copies of others' state up.
  void goOn() {
    standing = false;
    streams.resume();
  }

  /// Whether its copies of another instance's state are as new as that.
  boolean isAbreast() {
    Map<String, Map<Integer, LagInfo>> lags = streams.allLocalStorePartitionLags();
    return !lags.isEmpty()
        && lags.values().stream()
            .flatMap(store -> store.values().stream())
            .allMatch(lag -> lag.offsetLag() == 0);
  }

  /// Stops it; its state stays.
  @Override
  public void close() {
    // Else its place in the group would wait for it.
    streams.close(
        CloseOptions.groupMembershipOperation(GroupMembershipOperation.LEAVE_GROUP)
            .withTimeout(CLOSE_MAX));
  }

  private Gate newGate(int partition) {
    return gates.computeIfAbsent(partition, number -> new Gate());
  }

  private Stopwatch newStopwatch() {
    var stopwatch = new Stopwatch();
    stopwatches.add(stopwatch);
    return stopwatch;
  }

  private boolean isCommitted() {
    Map<Integer, Long> offsets = broker.committed(application.id(), application.input());
    return gates.entrySet().stream()
        .allMatch(gate -> offsets.getOrDefault(gate.getKey(), 0L) >= gate.getValue().limit());
  }

  private long changelogBytes() {
    return broker.bytes(application::isChangelog);
  }

  // ---- waiting ----------------------------------------------------------------------------------

  private Gate gate(int partition) {
    Gate gate = gates.get(partition);
    if (gate == null) {
      throw new UserException(
          ExitCode.FAILED, application.id() + " has no task for partition " + partition);
    }
    return gate;
  }

  private long[] threads() {
    long[] all = THREADS.getAllThreadIds();
    return Arrays.stream(all)
        .filter(
            id -> {
              var thread = THREADS.getThreadInfo(id);
              return thread != null && thread.getThreadName().startsWith(client + "-StreamThread");
            })
        .toArray();
  }

  private void await(String what, Supplier<Boolean> done) {
    long passed = -1;
    long deadline = 0;
    while (!done.get()) {
      long now = gates.values().stream().mapToLong(Gate::passed).sum();
      if (now != passed) {
        passed = now;
        deadline = System.nanoTime() + STALL_MAX.toNanos();
      }
      requireTime(deadline, what);
    }
  }

  private void requireTime(long deadline, String what) {
    if (streams.state() == KafkaStreams.State.ERROR || System.nanoTime() > deadline) {
      throw new UserException(
          ExitCode.FAILED,
          application.id()
              + " does not come to the end of "
              + what
              + ", its state is "
              + streams.state());
    }
    LockSupport.parkNanos(1_000_000);
  }
}
