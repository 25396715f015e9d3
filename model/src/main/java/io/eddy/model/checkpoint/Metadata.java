package io.eddy.model.checkpoint;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What stands in the metadata of every checkpoint, whatever network it is of.
final class Metadata {

  private static final String FORMAT = "eddy.format";
  private static final String FORMAT_VERSION = "1";
  private static final String PROVENANCE_PREFIX = "provenance.";

  /// The kind of network.
  static final String NETWORK = "eddy.network";

  private Metadata() {}

  /// The metadata of a network's checkpoint, to add its shape to.
  ///
  /// @param network its kind
  static Map<String, String> of(String network, Map<String, String> provenance) {
    Map<String, String> metadata = new LinkedHashMap<>();
    metadata.put(NETWORK, network);
    add(metadata, provenance);
    return metadata;
  }

  /// The metadata of a checkpoint of a kind of network.
  ///
  /// @throws CheckpointException if the file is none, or of a newer format
  static Map<String, String> require(Safetensors file, String network) {
    requireFormat(file);
    Map<String, String> metadata = file.metadata();
    if (!network.equals(metadata.get(NETWORK))) {
      throw new CheckpointException(
          "the checkpoint's " + NETWORK + " is " + metadata.get(NETWORK) + ", expected " + network);
    }
    return metadata;
  }

  /// @throws IllegalArgumentException if there is none
  static int whole(Map<String, String> metadata, String key) {
    return Integer.parseInt(text(metadata, key));
  }

  /// @throws IllegalArgumentException if there is none
  static float real(Map<String, String> metadata, String key) {
    return Float.parseFloat(text(metadata, key));
  }

  /// @throws IllegalArgumentException if there is none
  static String text(Map<String, String> metadata, String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new IllegalArgumentException(key + " is missing");
    }
    return value;
  }

  /// Texts as one, a line each.
  static String lines(List<String> texts) {
    var lines = new StringBuilder();
    for (String text : texts) {
      lines.append(text.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
    }
    return lines.toString();
  }

  /// The texts that [#lines] wrote.
  ///
  /// @throws IllegalArgumentException if there are none
  static List<String> texts(Map<String, String> metadata, String key) {
    List<String> texts = new ArrayList<>();
    var text = new StringBuilder();
    String lines = text(metadata, key);
    for (int i = 0; i < lines.length(); i++) {
      char c = lines.charAt(i);
      if (c == '\n') {
        texts.add(text.toString());
        text.setLength(0);
      } else if (c == '\\' && i + 1 < lines.length()) {
        i++;
        text.append(lines.charAt(i) == 'n' ? '\n' : lines.charAt(i));
      } else {
        text.append(c);
      }
    }
    return texts;
  }

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

  /// Whether a key tells where the weights come from.
  static boolean isProvenance(String key) {
    return key.startsWith(PROVENANCE_PREFIX);
  }

  /// What the network is, apart from where its weights come from.
  static Map<String, String> withoutProvenance(Safetensors file) {
    Map<String, String> metadata = new LinkedHashMap<>(file.metadata());
    metadata.keySet().removeIf(key -> key.startsWith(PROVENANCE_PREFIX));
    return metadata;
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
