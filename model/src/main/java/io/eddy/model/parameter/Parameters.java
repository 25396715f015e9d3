package io.eddy.model.parameter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/// The values of a program's parameters, in the order of their declaration: the one list that
/// stepper, unroller, optimiser, clipping and checkpoint walk. Gradients and moments are lists of
/// the same shape.
public final class Parameters {

  private final List<ParameterSpec> specs;
  private final float[][] values;
  private final Map<String, Integer> indexByName = new HashMap<>();

  private Parameters(List<ParameterSpec> specs) {
    this.specs = List.copyOf(specs);
    values = new float[specs.size()][];
    for (int i = 0; i < values.length; i++) {
      values[i] = new float[specs.get(i).size()];
      if (indexByName.put(specs.get(i).name(), i) != null) {
        throw new IllegalArgumentException(
            "two parameters are named " + specs.get(i).name() + ", expected unique names");
      }
    }
  }

  /// All elements zero.
  public static Parameters zeros(List<ParameterSpec> specs) {
    return new Parameters(specs);
  }

  /// As the initializers say. Every parameter draws from a generator of its own, so that adding one
  /// leaves the others as they were.
  public static Parameters initial(List<ParameterSpec> specs, long seed) {
    Parameters parameters = new Parameters(specs);
    for (int i = 0; i < specs.size(); i++) {
      ParameterSpec spec = specs.get(i);
      var random = new SplittableRandom(seed * 0x9E3779B97F4A7C15L + spec.name().hashCode());
      spec.initializer().fill(spec, parameters.values[i], random);
    }
    return parameters;
  }

  /// Number of parameters.
  public int count() {
    return values.length;
  }

  /// Number of elements of all parameters.
  public int elementCount() {
    int sum = 0;
    for (float[] array : values) {
      sum += array.length;
    }
    return sum;
  }

  /// The declarations, in order.
  public List<ParameterSpec> specs() {
    return specs;
  }

  /// The array of one parameter, shared: who writes it changes this list.
  public float[] values(int index) {
    return values[index];
  }

  /// The array of the parameter of that name.
  ///
  /// @throws IllegalArgumentException if there is none; the message lists the names there are
  public float[] values(String name) {
    Integer index = indexByName.get(name);
    if (index == null) {
      List<String> names = new ArrayList<>();
      specs.forEach(spec -> names.add(spec.name()));
      throw new IllegalArgumentException("no parameter is named " + name + ", there are " + names);
    }
    return values[index];
  }

  /// A list with equal values that shares nothing with this one.
  public Parameters copy() {
    Parameters copy = new Parameters(specs);
    copy.set(this);
    return copy;
  }

  /// Takes over all values of a list of equal shapes.
  public void set(Parameters other) {
    for (int i = 0; i < values.length; i++) {
      System.arraycopy(other.values[i], 0, values[i], 0, values[i].length);
    }
  }

  /// Whether all elements of one parameter are zero.
  public boolean isZero(String name) {
    for (float value : values(name)) {
      if (value != 0) {
        return false;
      }
    }
    return true;
  }

  /// Whether no element is NaN or infinite.
  public boolean isFinite() {
    for (float[] array : values) {
      for (float value : array) {
        if (!Float.isFinite(value)) {
          return false;
        }
      }
    }
    return true;
  }
}
