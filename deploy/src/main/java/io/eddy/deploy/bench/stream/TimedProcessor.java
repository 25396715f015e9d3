package io.eddy.deploy.bench.stream;

import java.util.Set;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/// A processor whose time a [Stopwatch] takes while that runs, its stores' and its children's
/// apart.
final class TimedProcessor implements Processor<byte[], byte[], byte[], SpecificRecord> {
  private final Processor<byte[], byte[], byte[], SpecificRecord> timed;
  private final Stopwatch stopwatch;

  private TimedProcessor(
      Processor<byte[], byte[], byte[], SpecificRecord> timed, Stopwatch stopwatch) {
    this.timed = timed;
    this.stopwatch = stopwatch;
  }

  /// A supplier of such processors.
  ///
  /// @param stopwatches one for each processor
  static ProcessorSupplier<byte[], byte[], byte[], SpecificRecord> of(
      ProcessorSupplier<byte[], byte[], byte[], SpecificRecord> supplier,
      Supplier<Stopwatch> stopwatches) {
    return new ProcessorSupplier<>() {
      @Override
      public Processor<byte[], byte[], byte[], SpecificRecord> get() {
        return new TimedProcessor(supplier.get(), stopwatches.get());
      }

      @Override
      public @Nullable Set<StoreBuilder<?>> stores() {
        return supplier.stores();
      }
    };
  }

  @Override
  public void init(ProcessorContext<byte[], SpecificRecord> context) {
    timed.init(new TimedContext<>(context, stopwatch));
  }

  @Override
  public void process(Record<byte[], byte[]> record) {
    if (!stopwatch.isRunning()) {
      timed.process(record);
      return;
    }
    long started = System.nanoTime();
    timed.process(record);
    stopwatch.processed(System.nanoTime() - started);
  }

  @Override
  public void close() {
    timed.close();
  }
}
