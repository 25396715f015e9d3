package io.eddy.deploy.bench.stream;

import io.eddy.deploy.bench.stream.Contender.Kind;
import io.eddy.model.network.Forecaster;
import io.eddy.processors.Forecasting;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.Footprint;
import io.eddy.processors.forecast.ForecastProcessor;
import io.eddy.processors.forecast.WarmUp;
import io.eddy.processors.observation.RecordTimestamps;
import io.eddy.processors.progress.DecisionKind;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.Decisions;
import io.eddy.processors.topic.Topics;
import io.eddy.schemas.avro.DeadLetter;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.WindowScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.time.Duration;
import java.util.Properties;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyConfig;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// The topologies that are compared: what an application does with its events, without training and
/// rollout, under one version that has learned nothing.
///
/// @param gates by partition
/// @param stopwatches one for each task
record BenchTopology(
    ProcessorsConfig config,
    SchemaRegistry registry,
    IntFunction<Gate> gates,
    Supplier<Stopwatch> stopwatches) {

  /// @param properties of Kafka Streams
  Topology of(Kind kind, Properties properties) {
    var topology = new Topology(new TopologyConfig(new StreamsConfig(properties)));
    topology.addSource(
        AutoOffsetReset.earliest(),
        "events",
        new RecordTimestamps(),
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        config.inputTopic().orElseThrow());
    if (kind == Kind.IDENTITY) {
      addIdentity(topology);
    } else {
      addForecasts(topology, kind);
    }
    return topology;
  }

  private void addIdentity(Topology topology) {
    byte[] answer = new byte[Footprint.of(config, Duration.ZERO).forecastBytes()];
    topology.addProcessor("identity", () -> new Constant(answer), "events");
    topology.addProcessor("gate", this::<byte[]>newKeeper, "identity");
    topology.addSink(
        "answers",
        config.topics().forecasts(),
        new ByteArraySerializer(),
        new ByteArraySerializer(),
        "gate");
  }

  private void addForecasts(Topology topology, Kind kind) {
    Topics topics = config.topics();
    Forecasting.registerSchemas(config, registry);
    WarmUp.run(config);
    var model = Forecaster.initial(config.forecasterSpec(), config.seed());
    Decisions<Forecaster> decisions =
        new OneDecision(new Decision<>(DecisionKind.PROMOTED, 1, 1, model, null));
    var forecasts = ForecastProcessor.ofBytes(config, registry, decisions, new Progress());
    String processor = "forecast";
    topology.addProcessor(
        processor,
        TimedProcessor.of(
            kind == Kind.WITHOUT_NETWORK ? forecasts.withoutSteps() : forecasts, stopwatches),
        "events");
    topology.addProcessor(ForecastProcessor.FORECASTS, this::<SpecificRecord>newKeeper, processor);
    sink(topology, "answers", topics.forecasts(), Forecast.class, ForecastProcessor.FORECASTS);
    sink(topology, ForecastProcessor.HISTORY, topics.history(), HistoryWindow.class, processor);
    sink(topology, ForecastProcessor.SCORES, topics.scores(), WindowScore.class, processor);
    sink(
        topology,
        ForecastProcessor.DEAD_LETTERS,
        topics.deadLetters(),
        DeadLetter.class,
        processor);
  }

  private <T extends SpecificRecord> void sink(
      Topology topology, String name, String topic, Class<T> type, String parent) {
    topology.addSink(
        name, topic, new ByteArraySerializer(), registry.serde(type, topic).serializer(), parent);
  }

  private <V> Processor<byte[], V, byte[], V> newKeeper() {
    return new Gate.Keeper<>(gates);
  }

  /// The same answer to everything.
  private static final class Constant implements Processor<byte[], byte[], byte[], byte[]> {
    private final byte[] answer;
    private ProcessorContext<byte[], byte[]> context;

    Constant(byte[] answer) {
      this.answer = answer;
    }

    @Override
    public void init(ProcessorContext<byte[], byte[]> newContext) {
      context = newContext;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      context.forward(record.withValue(answer));
    }
  }

  /// One version from the first event to the last.
  private record OneDecision(Decision<Forecaster> current) implements Decisions<Forecaster> {
    @Override
    public Decision<Forecaster> atLeast(long sequence, Duration max) {
      return current;
    }
  }
}
