package io.eddy.schemas.serde;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/// Why a value could not be read or written. Each case is a decision for the caller, who may
/// `switch` over all four.
public abstract sealed class SerdeException extends KafkaException {

  private SerdeException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }

  /// The bytes do not fit their schema, or their schema does not fit what is read here: trying
  /// again gives the same. Carries no stack trace, since bad input may come at full rate.
  public static final class Malformed extends SerdeException {
    Malformed(String message) {
      super(message, null);
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /// The registry answers, and does not know the schema that the value names. Carries no stack
  /// trace.
  public static final class UnknownSchema extends SerdeException {
    UnknownSchema(String message) {
      super(message, null);
    }

    @Override
    public Throwable fillInStackTrace() {
      return this;
    }
  }

  /// The registry does not answer, or not as one: the value may be good. Wait and try again.
  public static final class RegistryUnavailable extends SerdeException {
    RegistryUnavailable(String message, Throwable cause) {
      super(message, cause);
    }
  }

  /// The registry holds no such schema for the subject, or refuses it: a person has to decide.
  public static final class SchemaRefused extends SerdeException {
    SchemaRefused(String message, Throwable cause) {
      super(message, cause);
    }
  }
}
