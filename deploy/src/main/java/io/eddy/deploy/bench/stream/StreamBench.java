package io.eddy.deploy.bench.stream;

import io.eddy.deploy.backtest.Progress;
import io.eddy.deploy.process.TemporaryFolder;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/// Measures throughput in Kafka Streams: three applications in this process take turns on one
/// input, each turn from its first answer to the commit of its last. What slows the machine for a
/// while slows all of them.
public final class StreamBench implements AutoCloseable {

  private final Broker broker;
  private final SchemaRegistry registry =
      SchemaRegistry.from(Map.of(SchemaRegistry.URL_CONFIG, "mock://eddy-bench"));
  private final int rounds;
  private final long roundEvents;
  private final Progress progress;

  /// @param cluster settings of clients; without `bootstrap.servers` a broker is started here
  /// @param rounds turns of each contender
  /// @param roundEvents events of a turn
  public StreamBench(Map<String, String> cluster, int rounds, long roundEvents, Progress progress) {
    this.broker = Broker.open(cluster);
    this.rounds = rounds;
    this.roundEvents = roundEvents;
    this.progress = progress;
  }

  /// Measures cases and reports line by line.
  public void run(List<StreamCase> cases, Consumer<StreamLine> lines) {
    for (StreamCase shape : cases) {
      lines.accept(run(shape));
    }
  }

  private StreamLine run(StreamCase shape) {
    String topic = "eddy-bench-input-" + Long.toString(System.nanoTime(), Character.MAX_RADIX);
    broker.createTopics(List.of(topic), shape.threads());
    try (var folder = TemporaryFolder.create("eddy-bench-")) {
      List<Application> applications = new ArrayList<>();
      List<Contender> contenders = new ArrayList<>();
      try {
        for (Contender.Kind kind : Contender.Kind.values()) {
          var application = Application.create(kind, shape, topic, broker, registry);
          applications.add(application);
          var contender = new Contender(application, folder.path(), 0, new Restored());
          contenders.add(contender);
          contender.awaitStart();
        }
        return measure(shape, new Events(shape, topic), contenders);
      } finally {
        contenders.forEach(Contender::close);
        applications.forEach(Application::delete);
        broker.deleteTopics(topic);
      }
    }
  }

  /// Each round's events are written when all have read what came before, so that none can run on
  /// into the next one.
  private StreamLine measure(StreamCase shape, Events input, List<Contender> contenders) {
    long[] warmUp = Events.warmUpPerPartition(shape);
    long[] events = Events.perPartition(shape, roundEvents);
    long warmUpEvents = Events.warmUp(shape);
    progress.begin("events of %,d keys".formatted(shape.keys()), warmUpEvents);
    input.sendWarmUp(broker, registry, progress::advance);
    progress.begin(
        shape.toString(), contenders.size() * (warmUpEvents + (rounds + 1) * roundEvents));
    for (Contender contender : contenders) {
      contender.run(warmUp);
      progress.advance(warmUpEvents);
    }
    Map<Contender.Kind, List<Contender.Round>> results = new EnumMap<>(Contender.Kind.class);
    List<Contender> order = new ArrayList<>(contenders);
    for (int round = 0; round < rounds; round++) {
      input.sendRound(broker, registry, roundEvents);
      for (Contender contender : order) {
        results
            .computeIfAbsent(contender.kind(), kind -> new ArrayList<>())
            .add(contender.run(events));
        progress.advance(roundEvents);
      }
      Collections.reverse(order);
    }
    input.sendRound(broker, registry, roundEvents);
    Map<Contender.Kind, Stopwatch.Parts> parts = new EnumMap<>(Contender.Kind.class);
    for (Contender contender : contenders) {
      parts.put(contender.kind(), contender.runTimed(events));
      progress.advance(roundEvents);
    }
    return line(shape, results, parts);
  }

  private StreamLine line(
      StreamCase shape,
      Map<Contender.Kind, List<Contender.Round>> results,
      Map<Contender.Kind, Stopwatch.Parts> parts) {
    var identity = Objects.requireNonNull(results.get(Contender.Kind.IDENTITY));
    var without = Objects.requireNonNull(results.get(Contender.Kind.WITHOUT_NETWORK));
    var eddy = Objects.requireNonNull(results.get(Contender.Kind.EDDY));
    var eddyParts = Objects.requireNonNull(parts.get(Contender.Kind.EDDY));
    double ownWithout = Objects.requireNonNull(parts.get(Contender.Kind.WITHOUT_NETWORK)).own();
    double rate = median(eddy, Contender.Round::eventsPerSecond);
    return new StreamLine(
        "stream",
        shape.network().toString(),
        shape.keys(),
        shape.horizon(),
        shape.storeName(),
        shape.cached(),
        shape.guarantee().toString(),
        shape.threads(),
        rounds,
        roundEvents,
        median(identity, Contender.Round::eventsPerSecond),
        median(without, Contender.Round::eventsPerSecond),
        rate,
        ratio(eddy, without),
        ratio(eddy, identity),
        median(without, round -> 1e6 * round.cpuSeconds() / round.events()),
        median(eddy, round -> 1e6 * round.cpuSeconds() / round.events()),
        eddyParts.own() - ownWithout,
        ownWithout,
        eddyParts.get(),
        eddyParts.put(),
        eddyParts.forward(),
        1e6 * shape.threads() / rate - eddyParts.sum(),
        median(eddy, round -> (double) round.allocatedBytes() / round.events()),
        median(eddy, round -> (double) round.changelogBytes() / round.events()));
  }

  private static double ratio(List<Contender.Round> of, List<Contender.Round> to) {
    return median(
        IntStream.range(0, of.size())
            .mapToDouble(i -> of.get(i).eventsPerSecond() / to.get(i).eventsPerSecond())
            .toArray());
  }

  private static double median(
      List<Contender.Round> rounds, ToDoubleFunction<Contender.Round> figure) {
    return median(rounds.stream().mapToDouble(figure).toArray());
  }

  private static double median(double[] figures) {
    double[] sorted = figures.clone();
    java.util.Arrays.sort(sorted);
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  @Override
  public void close() {
    registry.close();
    broker.close();
  }
}
