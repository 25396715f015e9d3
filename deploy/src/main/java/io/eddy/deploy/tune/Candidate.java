package io.eddy.deploy.tune;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Settings that take part in a search.
///
/// @param number in the order of the draw; 0 is the one that the search begins with
/// @param settings every setting that decides what is forecast, by its key
public record Candidate(int number, Map<String, String> settings) {

  public Candidate {
    settings = Map.copyOf(settings);
  }

  /// The settings that another candidate has otherwise, by their keys.
  Map<String, String> differences(Candidate other) {
    Map<String, String> differences = new TreeMap<>(settings);
    differences.entrySet().removeAll(other.settings.entrySet());
    return differences;
  }

  /// The same as text for people, without the words that all keys share.
  String describe(Candidate first) {
    return number == 0
        ? "as it is"
        : differences(first).entrySet().stream()
            .map(
                one ->
                    one.getKey().replaceFirst("eddy\\.(training\\.)?", "") + "=" + one.getValue())
            .collect(Collectors.joining(" "));
  }
}
