package io.eddy.deploy.bench.stream;

import java.util.function.IntFunction;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/// How far a partition has been answered. Counts by the input's offsets, so that an event that is
/// answered a second time, since its task had to begin anew, counts once.
final class Gate {
  private volatile long passed;
  private volatile long limit;
  private volatile long startedNanos;

  /// Begins a round of so many events, the last ones that the input holds.
  void arm(long events) {
    long next = limit + events; // one thread arms, others read
    limit = next;
    startedNanos = 0;
  }

  /// Input offset after the round's last event.
  long limit() {
    return limit;
  }

  boolean isThrough() {
    return passed >= limit;
  }

  /// Input offset after the newest event that was answered.
  long passed() {
    return passed;
  }

  /// When the round's first event was answered, as [System#nanoTime].
  long startedNanos() {
    return startedNanos;
  }

  /// Notes what a task has answered, and asks for a commit when a round is through, so that a round
  /// ends when nothing of it is left to do: caches flushed, records acknowledged, offsets
  /// committed.
  ///
  /// @param <V> answers
  static final class Keeper<V> implements Processor<byte[], V, byte[], V> {
    private final IntFunction<Gate> gates;
    private Gate gate;
    private ProcessorContext<byte[], V> context;

    /// @param gates by partition
    Keeper(IntFunction<Gate> gates) {
      this.gates = gates;
    }

    @Override
    public void init(ProcessorContext<byte[], V> newContext) {
      context = newContext;
      gate = gates.apply(context.taskId().partition());
    }

    @Override
    public void process(Record<byte[], V> record) {
      if (gate.startedNanos == 0) {
        gate.startedNanos = System.nanoTime();
      }
      context.forward(record);
      long count = 1 + context.recordMetadata().orElseThrow().offset();
      gate.passed = count;
      if (count == gate.limit) {
        context.commit();
      }
    }
  }
}
