package io.eddy.model.exchange.onnx;

import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Program;
import io.eddy.model.program.Value;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/// One step of a network with its weights: what an ONNX file holds for Eddy.
///
/// @param inputs the program's inputs by the file's names
/// @param outputs values by the file's names
/// @param metadata free text by key
public record OnnxNetwork(
    Program program,
    Parameters parameters,
    Map<String, Value> inputs,
    Map<String, Value> outputs,
    Map<String, String> metadata) {

  public OnnxNetwork {
    inputs = Collections.unmodifiableMap(new LinkedHashMap<>(inputs));
    outputs = Collections.unmodifiableMap(new LinkedHashMap<>(outputs));
    metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
  }

  /// A network whose inputs are named as they were traced.
  public static OnnxNetwork of(Program program, Parameters parameters, Map<String, Value> outputs) {
    Map<String, Value> inputs = new LinkedHashMap<>();
    for (Value value : program.values()) {
      if (program.origin(value) instanceof Program.Origin.Input) {
        String name = value.name();
        for (int i = 2; inputs.containsKey(name); i++) {
          name = value.name() + "." + i;
        }
        inputs.put(name, value);
      }
    }
    return new OnnxNetwork(program, parameters, inputs, outputs, Map.of());
  }

  /// The input or output of that name.
  ///
  /// @throws IllegalArgumentException if there is none; the message lists the names there are
  public Value value(String name) {
    Value value = inputs.containsKey(name) ? inputs.get(name) : outputs.get(name);
    if (value == null) {
      throw new IllegalArgumentException(
          "nothing is named "
              + name
              + ", there are "
              + inputs.keySet()
              + " and "
              + outputs.keySet());
    }
    return value;
  }
}
