package io.eddy.processors.replay;

import io.eddy.model.network.Forecaster;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.forecast.ForecastProcessor;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.PinnedDecisions;
import io.eddy.processors.state.SeriesStores;
import io.eddy.schemas.avro.Forecast;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.Record;

/// One partition's task of [ForecastProcessor] outside of Kafka Streams: the same code takes the
/// same events, each under the decision that is given with it.
public final class ForecastReplay implements AutoCloseable {
  private final PinnedDecisions<Forecaster> decisions;
  private final ReplayContext<byte[], SpecificRecord> context;
  private final Processor<byte[], byte[], byte[], SpecificRecord> task;

  /// @param config of the application, but with `eddy.rewarm.share=1`
  /// @param versions weights by version number
  public ForecastReplay(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      Map<Integer, Forecaster> versions,
      int partition) {
    if (config.rewarmShare() < 1) {
      throw new IllegalArgumentException(
          ProcessorsConfig.REWARM_SHARE
              + " is "
              + config.rewarmShare()
              + ", expected 1: which swaps were put off is told by the answers, not by the clock");
    }
    decisions = new PinnedDecisions<>(versions);
    var processor = ForecastProcessor.ofBytes(config, schemas, decisions, new Progress());
    context =
        new ReplayContext<>(config.applicationId().orElse("eddy"), partition, processor.stores());
    task = processor.get();
    task.init(context);
  }

  /// Whether the weights of a version are here.
  public boolean holds(int version) {
    return decisions.holds(version);
  }

  /// Lets a key stand where it stood at a window border.
  ///
  /// @param anchor its encoded state there
  public void begin(byte[] key, byte[] anchor) {
    context.store(SeriesStores.STATE).put(key, anchor);
    context.store(SeriesStores.ANCHOR).put(key, anchor);
  }

  /// The answer to an event under a decision, nothing if it is refused.
  ///
  /// @param timestamp of the record, as Streams would give it
  public Optional<Forecast> answer(
      ConsumerRecord<byte[], byte[]> event, long timestamp, long decision, int version) {
    decisions.pin(decision, version);
    context.at(new Origin(event.topic(), event.partition(), event.offset()), timestamp);
    task.process(new Record<>(event.key(), event.value(), timestamp, event.headers()));
    return context.forwards().stream()
        .filter(forward -> forward.child().equals(ForecastProcessor.FORECASTS))
        .map(forward -> (Forecast) forward.value())
        .findFirst();
  }

  @Override
  public void close() {
    task.close();
    context.close();
  }
}
