package io.eddy.processors.text;

import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.schemas.serde.SchemaRegistry;
import java.util.Optional;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.streams.processor.api.Record;

/// The texts in an application's input topic, as the stream reads them, for whoever shows messages
/// beside their answers: those name a place in the topic and not the text. Not thread-safe.
public final class InputMessages {
  private final MessageReader reader;

  public InputMessages(ProcessorsConfig config, SchemaRegistry registry) {
    reader = new MessageReader(config, registry);
  }

  /// A record's text; nothing where the stream finds none either.
  ///
  /// @throws io.eddy.processors.observation.RegistryOutageException if the schema registry did not
  ///   answer in time
  public Optional<String> text(byte[] key, byte[] value, Headers headers) {
    return switch (reader.read(new Record<>(key, value, 0, headers))) {
      case Message.Read<TextContent>(TextContent content) -> Optional.of(content.text());
      case Message.Rejected<TextContent> _ -> Optional.empty();
    };
  }
}
