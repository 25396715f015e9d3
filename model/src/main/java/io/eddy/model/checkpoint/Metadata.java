package io.eddy.model.checkpoint;

import java.util.LinkedHashMap;
import java.util.Map;

/// What stands in the metadata of every checkpoint, whatever network it is of.
final class Metadata {

  private static final String FORMAT = "eddy.format";
  private static final String FORMAT_VERSION = "1";
  private static final String PROVENANCE_PREFIX = "provenance.";

  private Metadata() {}

  /// Adds format and provenance.
  static void add(Map<String, String> metadata, Map<String, String> provenance) {
    metadata.put(FORMAT, FORMAT_VERSION);
    provenance.forEach((key, value) -> metadata.put(PROVENANCE_PREFIX + key, value));
  }

  /// @throws CheckpointException if the file is no checkpoint, or of a newer format
  static void requireFormat(Safetensors file) {
    String format = file.metadata().get(FORMAT);
    if (format == null) {
      throw new CheckpointException(
          "the file's metadata has no " + FORMAT + ": it is no checkpoint of Eddy's");
    }
    if (!format.equals(FORMAT_VERSION)) {
      throw new CheckpointException(
          "the checkpoint has "
              + FORMAT
              + " "
              + format
              + ", this release reads "
              + FORMAT_VERSION
              + ": read it with the release that wrote it");
    }
  }

  /// Where the weights come from.
  static Map<String, String> provenance(Safetensors file) {
    Map<String, String> provenance = new LinkedHashMap<>();
    file.metadata()
        .forEach(
            (key, value) -> {
              if (key.startsWith(PROVENANCE_PREFIX)) {
                provenance.put(key.substring(PROVENANCE_PREFIX.length()), value);
              }
            });
    return provenance;
  }
}
