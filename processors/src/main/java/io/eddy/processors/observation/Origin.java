package io.eddy.processors.observation;

import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/// Where an event was read.
///
/// @param topic empty if the event was read nowhere: a processor of the user's made it
/// @param partition the task's, which is that of every record it reads
/// @param offset -1 if the event was read nowhere
public record Origin(String topic, int partition, long offset) implements RecordMetadata {
  private static final String NO_TOPIC = "";

  /// The origin of the record in process.
  public static Origin of(ProcessorContext<?, ?> context) {
    RecordMetadata read = context.recordMetadata().orElse(null);
    return read == null || read.topic() == null
        ? new Origin(NO_TOPIC, context.taskId().partition(), -1)
        : new Origin(read.topic(), read.partition(), read.offset());
  }

  /// Whether the event was read from a topic.
  public boolean isKnown() {
    return offset >= 0;
  }
}
