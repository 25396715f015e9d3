package io.eddy.model.checkpoint;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// What a checkpoint of a network that reads or writes text says of itself, whichever network it
/// is.
///
/// @param network its kind: `language-model`, `classifier`, `tagger`, `translator`, `captioner`
/// @param settings shape, and how many words and labels it knows
/// @param provenance where it comes from
public record TextCheckpoint(
    String network, Map<String, String> settings, Map<String, String> provenance) {

  /// What a file says, if it is such a checkpoint.
  ///
  /// @throws CheckpointException if it is one that cannot be read
  public static Optional<TextCheckpoint> of(byte[] bytes) {
    Safetensors file = Safetensors.fromBytes(bytes);
    String network = file.metadata().getOrDefault(Metadata.NETWORK, "");
    switch (network) {
      case LanguageModelCheckpoint.LANGUAGE_MODEL -> LanguageModelCheckpoint.read(bytes);
      case ClassifierCheckpoint.CLASSIFIER -> ClassifierCheckpoint.read(bytes);
      case TaggerCheckpoint.TAGGER -> TaggerCheckpoint.read(bytes);
      case TranslatorCheckpoint.TRANSLATOR -> TranslatorCheckpoint.read(bytes);
      case CaptionerCheckpoint.CAPTIONER -> CaptionerCheckpoint.read(bytes);
      default -> {
        return Optional.empty();
      }
    }
    Map<String, String> settings = new TreeMap<>();
    file.metadata()
        .forEach(
            (key, value) -> {
              if (!Metadata.isProvenance(key)) {
                long lines = value.chars().filter(c -> c == '\n').count();
                settings.put(key, lines == 0 ? value : lines + " entries");
              }
            });
    return Optional.of(new TextCheckpoint(network, settings, Metadata.provenance(file)));
  }
}
