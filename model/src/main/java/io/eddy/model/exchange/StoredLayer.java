package io.eddy.model.exchange;

import java.util.List;

/// A layer that a state dict's names and shapes tell of.
///
/// @param name the module's name in front of its tensors' names, empty for the outermost
/// @param description PyTorch's way to build it, as far as shapes show it, such as
///   `LSTM(input_size=3, hidden_size=5, num_layers=2)`; `unknown` if nothing is known that looks so
/// @param tensors names
/// @param parameterCount elements of all its tensors
public record StoredLayer(
    String name, String description, List<String> tensors, long parameterCount) {

  public StoredLayer {
    tensors = List.copyOf(tensors);
  }

  @Override
  public String toString() {
    return name.isEmpty() ? description : name + " = " + description;
  }
}
