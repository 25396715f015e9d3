package io.eddy.processors.text;

import io.eddy.model.text.Token;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.token.TextTokenizer;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.apache.kafka.streams.processor.api.Record;

/// Reads messages word by word, as many bytes and words of them as are configured. Not thread-safe.
final class AnnotatedReader implements Function<Record<byte[], byte[]>, Message<Annotated>> {
  private final MessageReader reader;
  private final TextTokenizer tokenizer;
  private final int bytesMax;
  private final int tokensMax;

  /// @param tokenizer that says what words are
  AnnotatedReader(ProcessorsConfig config, SchemaRegistry schemas, TextTokenizer tokenizer) {
    reader = new MessageReader(config, schemas);
    this.tokenizer = tokenizer;
    bytesMax = config.textMessageBytesMax();
    tokensMax = config.textTokensMax();
  }

  @Override
  public Message<Annotated> apply(Record<byte[], byte[]> record) {
    return switch (reader.read(record)) {
      case Message.Read<TextContent>(TextContent content) -> new Message.Read<>(read(content));
      case Message.Rejected<TextContent>(var reason, var why) ->
          new Message.Rejected<>(reason, why);
    };
  }

  private Annotated read(TextContent content) {
    String text = cut(content.text(), bytesMax);
    List<Token> tokens = tokenizer.tokenize(text);
    return new Annotated(
        text,
        tokens.subList(0, Math.min(tokens.size(), tokensMax)),
        text.length() < content.text().length() || tokens.size() > tokensMax,
        content.label(),
        content.tags());
  }

  /// The first bytes of a text in UTF-8, as many as are read.
  static String cut(String text, int bytesMax) {
    return new String(Utf8Symbols.of(text, bytesMax), StandardCharsets.UTF_8);
  }
}
