package io.eddy.processors.config;

/// How the values of the user's topic are written.
public enum InputFormat {
  /// Any Avro record in Confluent's wire format; fields are named in the configuration.
  AVRO,
  /// A JSON object; fields are named in the configuration.
  JSON,
  /// The value itself as decimal text, such as `21.5`; its time is the record's.
  NUMBER,
  /// The value itself as text in UTF-8, for jobs that read messages; its time is the record's.
  TEXT
}
