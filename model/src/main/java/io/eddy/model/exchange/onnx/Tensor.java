package io.eddy.model.exchange.onnx;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What is known of a tensor of the graph while a program is made of it.
sealed interface Tensor {

  /// The size of an axis that only a run shows.
  long ANY = Long.MIN_VALUE;

  /// A constant of floats, row-major.
  @SuppressWarnings("ArrayRecordComponent") // nobody compares tensors
  record Floats(String name, long[] shape, float[] values) implements Tensor {

    boolean isZero() {
      for (float value : values) {
        if (value != 0) {
          return false;
        }
      }
      return true;
    }

    Floats withShape(long... other) {
      return new Floats(name, other, values);
    }
  }

  /// The sum of constants, kept apart since each is a parameter.
  record Sum(List<Floats> parts) implements Tensor {}

  /// A constant of whole numbers, or the shape of a tensor, where a size may be [#ANY].
  @SuppressWarnings("ArrayRecordComponent") // nobody compares tensors
  record Integers(long[] shape, long[] values) implements Tensor {

    static Integers of(long... values) {
      return new Integers(new long[] {values.length}, values);
    }

    boolean isKnown() {
      return Arrays.stream(values).noneMatch(value -> value == ANY);
    }
  }

  /// Zeros of whatever shape: the usual initial state.
  record Zeros() implements Tensor {}

  /// The row of one step and one batch entry, with the axes that the tensor has around it.
  ///
  /// @param source the value; its columns are those of all [Axis.Columns], row-major
  record Row(Source source, List<Axis> axes) implements Tensor {

    Row withAxes(List<Axis> other) {
      return new Row(source, List.copyOf(other));
    }

    Value value() {
      return source.value();
    }

    int columns() {
      int columns = 1;
      for (Axis axis : axes) {
        if (axis instanceof Axis.Columns(int size)) {
          columns *= size;
        }
      }
      return columns;
    }
  }

  /// A delay of several steps, (batch, steps, n): some of its slots.
  record Line(ProgramBuilder.Feedback feedback, int steps, int from, int to) implements Tensor {}

  /// A delay of several steps after the step.
  record Shifted(ProgramBuilder.Feedback feedback, Value newest) implements Tensor {}

  /// Where a row's value comes from: traced when it is first read, so that an input that is only an
  /// initial state never becomes one of the program's, and a bias still joins its product.
  final class Source {

    private final Supplier<Value> trace;
    private final @Nullable String input;
    private final @Nullable Product product;
    private @Nullable Value value;

    private Source(Supplier<Value> trace, @Nullable String input, @Nullable Product product) {
      this.trace = trace;
      this.input = input;
      this.product = product;
    }

    static Source of(Value value) {
      return new Source(() -> value, null, null);
    }

    static Source input(String name, Supplier<Value> trace) {
      return new Source(trace, name, null);
    }

    static Source product(Product product, Supplier<Value> trace) {
      return new Source(trace, null, product);
    }

    Value value() {
      if (value == null) {
        value = trace.get();
      }
      return value;
    }

    /// The graph's input that this is and that nobody has read yet, or null.
    @Nullable String unreadInput() {
      return value == null ? input : null;
    }

    /// The product that this is, or null.
    @Nullable Product product() {
      return product;
    }
  }

  /// A product with constant weights, to which biases may still be added.
  ///
  /// @param weight (inputs, outputs), row-major, as MatMul has it
  record Product(Value x, Floats weight, List<Floats> biases) {}
}
