package io.eddy.model.exchange.onnx;

import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.CumulativeSum;
import io.eddy.model.op.Diagonal;
import io.eddy.model.op.Exp;
import io.eddy.model.op.Gelu;
import io.eddy.model.op.GeluTanh;
import io.eddy.model.op.Interleave;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Log;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Select;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Softplus;
import io.eddy.model.op.Softsign;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.LongBinaryOperator;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/// Traces what one node computes of a row, or works out what it makes of constants and shapes.
final class NodeReader {

  private final OnnxReader reader;
  private final ProgramBuilder builder;
  private final Node node;

  NodeReader(OnnxReader reader, Node node) {
    this.reader = reader;
    this.builder = reader.builder();
    this.node = node;
  }

  void read() {
    if (!node.isStandard()) {
      throw node.problem("operators of this domain are not supported");
    }
    switch (node.type()) {
      case "LSTM", "GRU", "RNN" -> new RecurrentReader(reader, node).read();
      case "Identity", "Dropout" -> write(in(0));
      case "Cast" -> write(cast());
      case "Constant" -> write(constant());
      case "ConstantOfShape" -> write(constantOfShape());
      case "Shape" -> write(shape());
      case "Expand" -> write(expand());
      case "Tanh" -> unary(Tanh::of);
      case "Sigmoid" -> unary(Sigmoid::of);
      case "Relu" -> unary(Relu::of);
      case "Softplus" -> unary(Softplus::of);
      case "Softsign" -> unary(Softsign::of);
      case "Exp" -> unary(Exp::of);
      case "Log" -> unary(Log::of);
      case "Neg" -> unary((b, x) -> Affine.of(b, -1, x, 0));
      case "Gelu" ->
          unary(node.text("approximate", "none").equals("tanh") ? GeluTanh::of : Gelu::of);
      case "Softmax" -> softmax();
      case "LogSoftmax" -> logSoftmax();
      case "CumSum" -> cumulativeSum();
      case "Add" -> write(add(in(0), in(1)));
      case "Sub" -> write(subtract());
      case "Mul" -> write(multiply(in(0), in(1)));
      case "Div" -> write(divide());
      case "Where" -> where();
      case "MatMul" -> matMul();
      case "Gemm" -> gemm();
      case "Gather" -> write(gather());
      case "Concat" -> write(concat());
      case "Slice" -> write(slice());
      case "Squeeze" -> write(squeeze());
      case "Unsqueeze" -> write(unsqueeze());
      case "Reshape" -> write(reshape());
      case "Flatten" -> write(flatten());
      case "Transpose" -> write(transpose());
      case "LayerNormalization" -> layerNorm();
      case "BatchNormalization" -> batchNorm();
      default ->
          throw node.problem(
              "this operator is not supported; supported are LSTM, GRU, RNN, Gemm, MatMul, Add,"
                  + " Sub, Mul, Div, activations, Softmax, Concat, Slice, Gather, Where,"
                  + " normalisations, and what only moves axes");
    }
  }

  private Tensor in(int i) {
    node.require(!node.input(i).isEmpty(), "input " + i + " is missing");
    return reader.tensor(node.input(i), "node " + node.index() + " \"" + node.name() + "\"");
  }

  private @Nullable Tensor optional(int i) {
    return node.input(i).isEmpty() ? null : in(i);
  }

  private Tensor.Row row(int i) {
    if (in(i) instanceof Tensor.Row row) {
      return row;
    }
    throw node.problem("input " + node.input(i) + " is constant, expected a computed tensor");
  }

  private Tensor.Floats floats(int i) {
    return floats(in(i), node.input(i));
  }

  private Tensor.Floats floats(Tensor tensor, String name) {
    return switch (tensor) {
      case Tensor.Floats floats -> floats;
      case Tensor.Sum(List<Tensor.Floats> parts) -> sum(parts);
      case Tensor.Integers _, Tensor.Zeros _, Tensor.Row _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("input " + name + " is computed, expected constant weights");
    };
  }

  private static Tensor.Floats sum(List<Tensor.Floats> parts) {
    float[] values = parts.getFirst().values().clone();
    var name = new StringBuilder(parts.getFirst().name());
    for (Tensor.Floats part : parts.subList(1, parts.size())) {
      for (int i = 0; i < values.length; i++) {
        values[i] += part.values()[i];
      }
      name.append('+').append(part.name());
    }
    return new Tensor.Floats(name.toString(), parts.getFirst().shape(), values);
  }

  private Tensor.Integers integers(int i) {
    if (in(i) instanceof Tensor.Integers integers) {
      return integers;
    }
    throw node.problem("input " + node.input(i) + " is computed, expected constant numbers");
  }

  private void write(Tensor tensor) {
    reader.put(node.output(0), tensor);
  }

  private void write(Value value, List<Axis> axes) {
    write(new Tensor.Row(Tensor.Source.of(value), axes));
  }

  private void unary(BiFunction<ProgramBuilder, Value, Value> op) {
    Tensor.Row x = row(0);
    write(op.apply(builder, x.value()), x.axes());
  }

  // Constants and shapes.

  private Tensor constant() {
    var tensor = node.tensor("value");
    if (tensor != null) {
      return Constants.of(node.output(0), tensor);
    }
    if (node.has("value_float")) {
      return new Tensor.Floats(
          node.output(0), new long[0], new float[] {node.number("value_float", 0)});
    }
    if (node.has("value_int")) {
      return new Tensor.Integers(new long[0], new long[] {node.integer("value_int", 0)});
    }
    long[] values = node.integers("value_ints");
    if (values != null) {
      return Tensor.Integers.of(values);
    }
    throw node.problem("a constant of this kind is not supported, expected a tensor or a number");
  }

  private Tensor constantOfShape() {
    Tensor value =
        node.tensor("value") == null
            ? new Tensor.Zeros()
            : Constants.of(node.output(0), node.tensor("value"));
    if (value instanceof Tensor.Zeros
        || (value instanceof Tensor.Floats floats && floats.isZero())) {
      return new Tensor.Zeros();
    }
    Tensor.Integers shape = integers(0);
    if (value instanceof Tensor.Integers integers && shape.isKnown()) {
      long size = Arrays.stream(shape.values()).reduce(1, Math::multiplyExact);
      node.require(size < 1000, "a constant of " + size + " numbers, expected a shape");
      long[] filled = new long[(int) size];
      Arrays.fill(filled, integers.values()[0]);
      return new Tensor.Integers(shape.values(), filled);
    }
    throw node.problem("a constant other than zero of this shape is not supported");
  }

  private Tensor cast() {
    return in(0);
  }

  private Tensor shape() {
    long[] sizes =
        switch (in(0)) {
          case Tensor.Row row ->
              row.axes().stream()
                  .mapToLong(
                      axis ->
                          switch (axis) {
                            case Axis.Columns(int size) -> size;
                            case Axis.One() -> 1;
                            case Axis.Rows _ -> Tensor.ANY;
                          })
                  .toArray();
          case Tensor.Floats floats -> floats.shape();
          case Tensor.Integers integers -> integers.shape();
          case Tensor.Zeros _, Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
              throw node.problem("the shape of " + node.input(0) + " is not known");
        };
    return Tensor.Integers.of(sizes);
  }

  private Tensor expand() {
    return switch (in(0)) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Floats floats when floats.isZero() -> new Tensor.Zeros();
      // Over more batch entries: the same for each row.
      case Tensor.Floats floats -> floats;
      case Tensor.Row _, Tensor.Integers _, Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("a computed tensor cannot be expanded");
    };
  }

  private @Nullable Tensor ofIntegers(LongBinaryOperator operation) {
    if (!(in(0) instanceof Tensor.Integers x) || !(in(1) instanceof Tensor.Integers y)) {
      return null;
    }
    int size = Math.max(x.values().length, y.values().length);
    long[] values = new long[size];
    for (int i = 0; i < size; i++) {
      long one = x.values()[x.values().length == 1 ? 0 : i];
      long other = y.values()[y.values().length == 1 ? 0 : i];
      values[i] =
          one == Tensor.ANY || other == Tensor.ANY ? Tensor.ANY : operation.applyAsLong(one, other);
    }
    return new Tensor.Integers(x.values().length == size ? x.shape() : y.shape(), values);
  }

  // Arithmetic.

  private Tensor add(Tensor x, Tensor y) {
    Tensor whole = ofIntegers(Math::addExact);
    if (whole != null) {
      return whole;
    }
    if (x instanceof Tensor.Row one && y instanceof Tensor.Row other) {
      List<Axis> axes = together(one, other);
      return new Tensor.Row(Tensor.Source.of(Add.of(builder, one.value(), other.value())), axes);
    }
    if (y instanceof Tensor.Row row) {
      return addConstant(row, x);
    }
    if (x instanceof Tensor.Row row) {
      return addConstant(row, y);
    }
    List<Tensor.Floats> parts = new ArrayList<>(parts(x));
    parts.addAll(parts(y));
    node.require(
        parts.stream().allMatch(part -> Arrays.equals(part.shape(), parts.getFirst().shape())),
        "the constants differ in shape");
    return new Tensor.Sum(parts);
  }

  private List<Tensor.Floats> parts(Tensor tensor) {
    return tensor instanceof Tensor.Sum(List<Tensor.Floats> parts)
        ? parts
        : List.of(floats(tensor, "of this sum"));
  }

  private Tensor.Row addConstant(Tensor.Row x, Tensor added) {
    List<Tensor.Floats> parts = parts(added);
    if (parts.size() == 1 && parts.getFirst().values().length == 1) {
      float shift = parts.getFirst().values()[0];
      return x.columns() == 1 && x.source().product() != null
          ? addBiases(x, parts)
          : new Tensor.Row(Tensor.Source.of(Affine.of(builder, 1, x.value(), shift)), x.axes());
    }
    parts.forEach(part -> checkColumns(x, part));
    return addBiases(x, parts);
  }

  /// Refuses a constant that is no vector over the row's columns.
  private void checkColumns(Tensor.Row x, Tensor.Floats constant) {
    boolean fits =
        x.axes().getLast() instanceof Axis.Columns(int size)
            && size == x.columns()
            && constant.values().length == size
            && constant.shape()[constant.shape().length - 1] == size;
    node.require(
        fits,
        "the constant "
            + constant.name()
            + " has shape "
            + Arrays.toString(constant.shape())
            + ", expected one number or "
            + x.columns()
            + " along the last axis");
  }

  private Tensor.Row addBiases(Tensor.Row x, List<Tensor.Floats> added) {
    Tensor.Product before = x.source().product();
    List<Tensor.Floats> biases = new ArrayList<>();
    Tensor.Product product;
    if (before == null) {
      // There is no op that adds a vector: a product with the identity does, exactly.
      int size = x.columns();
      float[] identity = new float[size * size];
      for (int i = 0; i < size; i++) {
        identity[i * size + i] = 1;
      }
      product =
          new Tensor.Product(
              x.value(),
              new Tensor.Floats("identity." + size, new long[] {size, size}, identity),
              biases);
    } else {
      biases.addAll(before.biases());
      product = new Tensor.Product(before.x(), before.weight(), biases);
    }
    biases.addAll(added);
    return new Tensor.Row(source(product), x.axes());
  }

  private Tensor.Source source(Tensor.Product product) {
    return Tensor.Source.product(
        product,
        () -> {
          ParameterSpec[] biases =
              product.biases().stream()
                  .map(bias -> reader.vector(bias.name(), bias.values()))
                  .toArray(ParameterSpec[]::new);
          return Linear.of(builder, product.x(), matrix(product.weight()), biases);
        });
  }

  /// (inputs, outputs) as a parameter.
  private ParameterSpec matrix(Tensor.Floats weight) {
    Tensor.Floats turned = Constants.transpose(weight, new long[] {1, 0});
    return reader.matrix(
        weight.name(), (int) turned.shape()[0], (int) turned.shape()[1], turned.values());
  }

  /// The axes of two rows that are laid beside each other, from the last on.
  private List<Axis> together(Tensor.Row x, Tensor.Row y) {
    node.require(
        x.columns() == y.columns(),
        "the inputs have " + x.columns() + " and " + y.columns() + " columns, expected as many");
    boolean isLonger = x.axes().size() >= y.axes().size();
    List<Axis> longer = isLonger ? x.axes() : y.axes();
    List<Axis> shorter = isLonger ? y.axes() : x.axes();
    List<Axis> axes = new ArrayList<>(longer);
    int shift = longer.size() - shorter.size();
    for (int i = 0; i < shorter.size(); i++) {
      Axis one = longer.get(shift + i);
      Axis other = shorter.get(i);
      if (one instanceof Axis.Rows rows && other instanceof Axis.Rows others) {
        node.require(
            rows.isSame(others), "the inputs' axes run one over steps, one over the batch");
      } else if (one instanceof Axis.One && other instanceof Axis.Rows) {
        axes.set(shift + i, other);
      } else {
        node.require(
            one.equals(other) || (one instanceof Axis.Rows && other instanceof Axis.One),
            "the inputs' axes do not fit: " + longer + " and " + shorter);
      }
    }
    return List.copyOf(axes);
  }

  private Tensor subtract() {
    Tensor whole = ofIntegers(Math::subtractExact);
    if (whole != null) {
      return whole;
    }
    if (in(1) instanceof Tensor.Row subtracted) {
      Value negative = Affine.of(builder, -1, subtracted.value(), 0);
      return add(in(0), new Tensor.Row(Tensor.Source.of(negative), subtracted.axes()));
    }
    Tensor.Floats constant = floats(1);
    float[] values = new float[constant.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = -constant.values()[i];
    }
    return add(in(0), new Tensor.Floats(constant.name() + ".negative", constant.shape(), values));
  }

  private Tensor multiply(Tensor x, Tensor y) {
    Tensor whole = ofIntegers(Math::multiplyExact);
    if (whole != null) {
      return whole;
    }
    if (x instanceof Tensor.Row one && y instanceof Tensor.Row other) {
      List<Axis> axes = together(one, other);
      return new Tensor.Row(
          Tensor.Source.of(Multiply.of(builder, one.value(), other.value())), axes);
    }
    if (y instanceof Tensor.Row row) {
      return scale(row, floats(x, node.input(0)));
    }
    if (x instanceof Tensor.Row row) {
      return scale(row, floats(y, node.input(1)));
    }
    throw node.problem("a product of constants: export the model with constant folding");
  }

  private Tensor scale(Tensor.Row x, Tensor.Floats factor) {
    if (factor.values().length == 1) {
      return new Tensor.Row(
          Tensor.Source.of(Affine.of(builder, factor.values()[0], x.value(), 0)), x.axes());
    }
    checkColumns(x, factor);
    ParameterSpec weight = reader.vector(factor.name(), factor.values());
    return new Tensor.Row(Tensor.Source.of(Diagonal.of(builder, x.value(), weight)), x.axes());
  }

  private Tensor divide() {
    Tensor whole = ofIntegers(Math::floorDiv);
    if (whole != null) {
      return whole;
    }
    if (in(1) instanceof Tensor.Row) {
      throw node.problem("a division by a computed tensor is not supported");
    }
    Tensor.Floats divisor = floats(1);
    float[] inverse = new float[divisor.values().length];
    for (int i = 0; i < inverse.length; i++) {
      inverse[i] = 1 / divisor.values()[i];
    }
    return multiply(
        in(0), new Tensor.Floats(divisor.name() + ".inverse", divisor.shape(), inverse));
  }

  private void where() {
    Tensor.Row flag = row(0);
    Tensor.Row x = row(1);
    node.require(
        flag.columns() == 1, "the condition has " + flag.columns() + " columns, expected one");
    if (in(2) instanceof Tensor.Floats constant) {
      node.require(constant.isZero(), "the choice is between a value and " + constant.name());
      write(Select.orZero(builder, flag.value(), x.value()), x.axes());
      return;
    }
    Tensor.Row y = row(2);
    write(Select.of(builder, flag.value(), x.value(), y.value()), together(x, y));
  }

  private void matMul() {
    Tensor.Row x = row(0);
    Tensor.Floats weight = floats(1);
    node.require(
        weight.shape().length == 2,
        "the weights have " + weight.shape().length + " axes, expected 2");
    write(new Tensor.Row(source(product(x, weight, new ArrayList<>())), withColumns(x, weight)));
  }

  private Tensor.Product product(Tensor.Row x, Tensor.Floats weight, List<Tensor.Floats> biases) {
    node.require(
        x.axes().getLast() instanceof Axis.Columns(int size)
            && size == x.columns()
            && size == weight.shape()[0],
        "the weights "
            + weight.name()
            + " are for "
            + weight.shape()[0]
            + " columns, the input has axes "
            + x.axes());
    return new Tensor.Product(x.value(), weight, biases);
  }

  private static List<Axis> withColumns(Tensor.Row x, Tensor.Floats weight) {
    List<Axis> axes = new ArrayList<>(x.axes());
    axes.set(axes.size() - 1, new Axis.Columns((int) weight.shape()[1]));
    return List.copyOf(axes);
  }

  private void gemm() {
    node.require(node.integer("transA", 0) == 0, "transA is set, expected the input as it is");
    Tensor.Floats weight = floats(1);
    node.require(weight.shape().length == 2, "the weights are no matrix");
    if (node.integer("transB", 0) != 0) {
      weight = Constants.transpose(weight, new long[] {1, 0});
    }
    weight = scaled(weight, node.number("alpha", 1));
    Tensor.Row x = row(0);
    List<Axis> axes = withColumns(x, weight);
    Tensor added = optional(2);
    float beta = node.number("beta", 1);
    if (added instanceof Tensor.Row sum) {
      node.require(beta == 1, "beta is " + beta + ", expected 1 for a computed sum");
      node.require(
          sum.columns() == weight.shape()[1],
          "the sum has " + sum.columns() + " columns, expected " + weight.shape()[1]);
      Tensor.Product product = product(x, weight, List.of());
      boolean inPlace = reader.isReadOnce(node.input(2)) && sum.source().product() != null;
      Value out =
          inPlace
              ? Linear.onto(builder, sum.value(), product.x(), matrix(weight))
              : Add.of(builder, sum.value(), source(product).value());
      write(out, axes);
      return;
    }
    List<Tensor.Floats> biases = new ArrayList<>();
    if (added != null) {
      for (Tensor.Floats part : parts(added)) {
        node.require(
            part.values().length == weight.shape()[1],
            "the bias " + part.name() + " has shape " + Arrays.toString(part.shape()));
        biases.add(scaled(part, beta));
      }
    }
    write(new Tensor.Row(source(product(x, weight, biases)), axes));
  }

  private static Tensor.Floats scaled(Tensor.Floats of, float factor) {
    if (factor == 1) {
      return of;
    }
    float[] values = of.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
    return new Tensor.Floats(of.name() + ".scaled", of.shape(), values);
  }

  // Along columns.

  private int lastAxis(Tensor.Row x, long otherwise) {
    int axis = axis(node.integer("axis", otherwise), x.axes().size());
    node.require(
        axis == x.axes().size() - 1 && x.axes().getLast() instanceof Axis.Columns,
        "axis " + axis + " of " + x.axes() + " is not that of a row's columns");
    return ((Axis.Columns) x.axes().getLast()).size();
  }

  private int axis(long axis, int rank) {
    long positive = axis < 0 ? axis + rank : axis;
    node.require(
        positive >= 0 && positive < rank, "axis " + axis + " of " + rank + " axes does not exist");
    return (int) positive;
  }

  private void softmax() {
    Tensor.Row x = row(0);
    int size = lastAxis(x, reader.opset() < 13 ? 1 : -1);
    write(Softmax.of(builder, x.value(), x.columns() / size), x.axes());
  }

  private void logSoftmax() {
    Tensor.Row x = row(0);
    int size = lastAxis(x, reader.opset() < 13 ? 1 : -1);
    node.require(size == x.columns(), "several groups of columns, expected one");
    write(LogSoftmax.of(builder, x.value()), x.axes());
  }

  private void cumulativeSum() {
    Tensor.Row x = row(0);
    Tensor.Integers axis = integers(1);
    node.require(
        axis.isKnown()
            && axis(axis.values()[0], x.axes().size()) == x.axes().size() - 1
            && x.axes().getLast() instanceof Axis.Columns(int size)
            && size == x.columns()
            && node.integer("exclusive", 0) == 0
            && node.integer("reverse", 0) == 0,
        "expected a plain sum along a row's columns");
    write(CumulativeSum.of(builder, x.value()), x.axes());
  }

  private void layerNorm() {
    Tensor.Row x = row(0);
    int size = lastAxis(x, -1);
    node.require(size == x.columns(), "several groups of columns, expected one");
    node.require(node.output(1).isEmpty(), "its mean is not given out");
    Tensor.Floats weight = floats(1);
    Tensor added = optional(2);
    float[] bias = added == null ? new float[size] : floats(added, node.input(2)).values();
    write(
        LayerNorm.of(
            builder,
            x.value(),
            reader.vector(weight.name(), weight.values()),
            reader.vector(added == null ? weight.name() + ".bias" : node.input(2), bias),
            node.number("epsilon", 1e-5f)),
        x.axes());
  }

  private void batchNorm() {
    Tensor.Row x = row(0);
    node.require(node.integer("training_mode", 0) == 0, "it is in training mode");
    node.require(
        x.axes().size() == 2 && x.axes().getLast() instanceof Axis.Columns,
        "its input has axes " + x.axes() + ", expected rows and columns");
    Tensor.Floats[] given = {floats(1), floats(2), floats(3), floats(4)};
    var weights =
        new BatchNorm.Weights(
            reader.vector(given[0].name(), given[0].values()),
            reader.vector(given[1].name(), given[1].values()),
            reader.buffer(given[2].name(), given[2].values()),
            reader.buffer(given[3].name(), given[3].values()));
    write(
        BatchNorm.of(
            builder,
            x.value(),
            weights,
            1 - node.number("momentum", 0.9f),
            node.number("epsilon", 1e-5f)),
        x.axes());
  }

  private Tensor concat() {
    List<Tensor> parts = new ArrayList<>();
    for (int i = 0; i < node.proto().getInputCount(); i++) {
      parts.add(in(i));
    }
    if (parts.stream().allMatch(Tensor.Integers.class::isInstance)) {
      return Tensor.Integers.of(
          parts.stream()
              .flatMapToLong(part -> Arrays.stream(((Tensor.Integers) part).values()))
              .toArray());
    }
    if (parts.stream().allMatch(Tensor.Zeros.class::isInstance)) {
      return new Tensor.Zeros();
    }
    if (parts.getFirst() instanceof Tensor.Line line
        && parts.size() == 2
        && parts.get(1) instanceof Tensor.Row newest) {
      node.require(
          line.from() == 1 && line.to() == line.steps() && axis(node.integer("axis", 0), 3) == 1,
          "a delay's slots are not moved on by one");
      return new Tensor.Shifted(line.feedback(), newest.value());
    }
    if (parts.stream().allMatch(Tensor.Floats.class::isInstance)) {
      List<Tensor.Floats> constants = parts.stream().map(part -> (Tensor.Floats) part).toList();
      return Constants.concatenate(
          constants, axis(node.integer("axis", 0), constants.getFirst().shape().length));
    }
    List<Tensor.Row> rows = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      rows.add(row(i));
    }
    return concatRows(rows);
  }

  private Tensor concatRows(List<Tensor.Row> rows) {
    List<Axis> axes = new ArrayList<>(rows.getFirst().axes());
    int axis = axis(node.integer("axis", 0), axes.size());
    int size = 0;
    for (Tensor.Row row : rows) {
      node.require(row.axes().size() == axes.size(), "the inputs differ in their number of axes");
      for (int i = 0; i < axes.size(); i++) {
        Axis other = row.axes().get(i);
        if (axes.get(i) instanceof Axis.Rows one && other instanceof Axis.Rows another) {
          node.require(i != axis, "it joins steps or batch entries, which are rows of their own");
          node.require(one.isSame(another), "the inputs' axes run over steps and over the batch");
        } else {
          node.require(i == axis || axes.get(i).equals(other), "the inputs' axes do not fit");
        }
      }
      size +=
          switch (row.axes().get(axis)) {
            case Axis.Columns(int columns) -> columns;
            case Axis.One() -> 1;
            case Axis.Rows _ ->
                throw node.problem("it joins steps or batch entries, which are rows of their own");
          };
    }
    boolean isInside = axes.subList(0, axis).stream().anyMatch(Axis.Columns.class::isInstance);
    node.require(
        !isInside || (size == rows.size() && axis == axes.size() - 1),
        "it joins inside of a row's columns");
    axes.set(axis, new Axis.Columns(size));
    Value[] values = rows.stream().map(Tensor.Row::value).toArray(Value[]::new);
    Value joined = isInside ? Interleave.of(builder, values) : Concatenation.of(builder, values);
    return new Tensor.Row(Tensor.Source.of(joined), List.copyOf(axes));
  }

  private Tensor slice() {
    long[] starts = places(1, "starts");
    long[] ends = places(2, "ends");
    long[] axes = places(3, "axes");
    if (axes == null && starts != null) {
      axes = new long[starts.length];
      Arrays.setAll(axes, i -> i);
    }
    long[] steps = node.input(4).isEmpty() ? null : integers(4).values();
    if (starts == null || ends == null || axes == null) {
      throw node.problem("starts and ends are missing");
    }
    node.require(
        steps == null || Arrays.stream(steps).allMatch(step -> step == 1),
        "only steps of 1 are supported");
    Tensor sliced = in(0);
    for (int i = 0; i < starts.length; i++) {
      sliced = slice(sliced, axes[i], starts[i], ends[i]);
    }
    return sliced;
  }

  private long @Nullable [] places(int i, String attribute) {
    if (!node.input(i).isEmpty()) {
      Tensor.Integers places = integers(i);
      node.require(places.isKnown(), node.input(i) + " depends on the input's size");
      return places.values();
    }
    return node.integers(attribute);
  }

  private Tensor slice(Tensor of, long axisGiven, long start, long end) {
    return switch (of) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Integers integers -> {
        int size = integers.values().length;
        yield Tensor.Integers.of(
            Arrays.copyOfRange(integers.values(), clamp(start, size), clamp(end, size)));
      }
      case Tensor.Floats floats -> {
        int axis = axis(axisGiven, floats.shape().length);
        int size = (int) floats.shape()[axis];
        yield Constants.slice(floats, axis, clamp(start, size), clamp(end, size));
      }
      case Tensor.Line line -> {
        node.require(axis(axisGiven, 3) == 1, "expected slots of a delay");
        yield new Tensor.Line(
            line.feedback(), line.steps(), clamp(start, line.steps()), clamp(end, line.steps()));
      }
      case Tensor.Row row -> sliceRow(row, axis(axisGiven, row.axes().size()), start, end);
      case Tensor.Sum _, Tensor.Shifted _ -> throw node.problem("no slice of this is supported");
    };
  }

  private static int clamp(long place, int size) {
    return Math.clamp(place < 0 ? place + size : place, 0, size);
  }

  private Tensor sliceRow(Tensor.Row row, int axis, long start, long end) {
    List<Axis> axes = new ArrayList<>(row.axes());
    return switch (axes.get(axis)) {
      case Axis.Columns(int size) -> {
        int from = clamp(start, size);
        int to = clamp(end, size);
        yield columns(row, axis, from, to, new Axis.Columns(to - from));
      }
      case Axis.One() -> {
        node.require(clamp(start, 1) == 0 && clamp(end, 1) == 1, "the slice is empty");
        yield row;
      }
      case Axis.Rows rows -> {
        String input = row.source().unreadInput();
        if (start == 0 && end >= Integer.MAX_VALUE) {
          yield row;
        }
        if (start == -1 && end >= Integer.MAX_VALUE) {
          requireLast(rows);
          axes.set(axis, new Axis.One());
          yield row.withAxes(axes);
        }
        if (input != null && axis == 0) {
          yield stateOfLayer(row, input);
        }
        throw node.problem(
            "it takes some steps or batch entries; one step of a program has no other");
      }
    };
  }

  /// A layer's part of an input that holds the initial states of all: nothing but an initial state.
  private Tensor stateOfLayer(Tensor.Row row, String input) {
    return new Tensor.Row(
        Tensor.Source.input(
            input,
            () -> {
              throw node.problem(
                  "it takes some rows of the input "
                      + input
                      + ", which only an initial state may be");
            }),
        row.axes());
  }

  private void requireLast(Axis.Rows rows) {
    node.require(
        rows.is(Axis.Rows.Role.STEPS),
        "it takes the last entry of a batch, expected the last step");
  }

  /// Neighbouring columns, where those of the axis are such.
  private Tensor columns(Tensor.Row row, int axis, int from, int to, @Nullable Axis left) {
    int inner = 1;
    for (int i = 0; i < row.axes().size(); i++) {
      if (row.axes().get(i) instanceof Axis.Columns(int size) && i != axis) {
        node.require(
            i > axis || size == 1, "it takes columns that do not lie side by side: " + row.axes());
        inner *= size;
      }
    }
    node.require(to > from, "the slice is empty");
    List<Axis> axes = new ArrayList<>(row.axes());
    if (left == null) {
      axes.remove(axis);
    } else {
      axes.set(axis, left);
    }
    Value value = row.value();
    if ((to - from) * inner < value.width()) {
      value = builder.columns(value, from * inner, (to - from) * inner);
    }
    return new Tensor.Row(Tensor.Source.of(value), List.copyOf(axes));
  }

  private Tensor gather() {
    if (in(0) instanceof Tensor.Floats table && in(1) instanceof Tensor.Row ids) {
      node.require(
          table.shape().length == 2 && node.integer("axis", 0) == 0,
          "expected rows of a table, by their numbers");
      ParameterSpec spec =
          reader.table(
              table.name(), (int) table.shape()[0], (int) table.shape()[1], table.values());
      List<Axis> axes = new ArrayList<>(ids.axes());
      axes.add(new Axis.Columns((int) table.shape()[1]));
      return new Tensor.Row(
          Tensor.Source.of(Lookup.of(builder, ids.value(), spec)), List.copyOf(axes));
    }
    Tensor.Integers indices = integers(1);
    node.require(
        indices.isKnown() && indices.values().length == 1,
        "it takes " + indices.values().length + " entries, expected a single constant one");
    long index = indices.values()[0];
    boolean drops = indices.shape().length == 0;
    return switch (in(0)) {
      case Tensor.Integers integers -> {
        int at = axis(index, integers.values().length);
        yield new Tensor.Integers(indices.shape(), new long[] {integers.values()[at]});
      }
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Row row -> gather(row, index, drops);
      case Tensor.Floats floats -> {
        int axis = axis(node.integer("axis", 0), floats.shape().length);
        int at = axis(index, (int) floats.shape()[axis]);
        Tensor.Floats part = Constants.slice(floats, axis, at, at + 1L);
        yield drops ? part.withShape(Constants.without(part.shape(), List.of(axis))) : part;
      }
      case Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("nothing can be taken out of this");
    };
  }

  private Tensor gather(Tensor.Row row, long index, boolean drops) {
    int axis = axis(node.integer("axis", 0), row.axes().size());
    List<Axis> axes = new ArrayList<>(row.axes());
    axes.set(axis, new Axis.One());
    if (drops) {
      axes.remove(axis);
    }
    return switch (row.axes().get(axis)) {
      case Axis.Columns(int size) -> {
        int at = axis(index, size);
        yield columns(row, axis, at, at + 1, drops ? null : new Axis.Columns(1));
      }
      case Axis.One() -> row.withAxes(axes);
      case Axis.Rows rows -> {
        String input = row.source().unreadInput();
        if (input != null && axis == 0 && index >= 0) {
          yield ((Tensor.Row) stateOfLayer(row, input)).withAxes(axes);
        }
        node.require(
            index == -1, "it takes step " + index + ", expected the last: -1, this step's");
        requireLast(rows);
        yield row.withAxes(axes);
      }
    };
  }

  // Axes.

  private List<Integer> axes(int rank) {
    long[] given = places(1, "axes");
    List<Integer> axes = new ArrayList<>();
    if (given != null) {
      for (long axis : given) {
        axes.add(axis(axis, rank));
      }
    }
    return axes;
  }

  private Tensor squeeze() {
    return switch (in(0)) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Integers integers ->
          new Tensor.Integers(
              integers.values().length == 1 ? new long[0] : integers.shape(), integers.values());
      case Tensor.Floats floats -> {
        List<Integer> axes = axes(floats.shape().length);
        node.require(!axes.isEmpty(), "it names no axes");
        yield floats.withShape(Constants.without(floats.shape(), axes));
      }
      case Tensor.Line line -> {
        node.require(
            line.from() == 0 && line.to() == 1 && axes(3).equals(List.of(1)),
            "expected the oldest slot of a delay");
        yield new Tensor.Row(
            Tensor.Source.of(line.feedback().value()),
            List.of(new Axis.Rows(), new Axis.Columns(line.feedback().value().width())));
      }
      case Tensor.Row row -> {
        List<Integer> axes = axes(row.axes().size());
        List<Axis> left = new ArrayList<>();
        for (int i = 0; i < row.axes().size(); i++) {
          Axis axis = row.axes().get(i);
          boolean gone = axes.contains(i) || (axes.isEmpty() && axis instanceof Axis.One);
          if (!gone) {
            left.add(axis);
          } else if (axis instanceof Axis.Columns(int size)) {
            node.require(size == 1, "axis " + i + " has " + size + " columns, expected one");
          } else if (axis instanceof Axis.Rows) {
            node.require(
                row.source().unreadInput() == null,
                "axis " + i + " of an input runs over rows; expected an axis of size 1");
          }
        }
        yield row.withAxes(left);
      }
      case Tensor.Sum _, Tensor.Shifted _ -> throw node.problem("no axes of this can go");
    };
  }

  private Tensor unsqueeze() {
    return switch (in(0)) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Integers integers -> Tensor.Integers.of(integers.values());
      case Tensor.Floats floats -> {
        List<Long> shape = new ArrayList<>();
        for (long size : floats.shape()) {
          shape.add(size);
        }
        List<Integer> axes = axes(shape.size() + count());
        axes.stream().sorted().forEach(axis -> shape.add(axis, 1L));
        yield floats.withShape(shape.stream().mapToLong(Long::longValue).toArray());
      }
      case Tensor.Row row -> {
        List<Axis> axes = new ArrayList<>(row.axes());
        axes(axes.size() + count()).stream()
            .sorted()
            .forEach(axis -> axes.add(axis, new Axis.One()));
        yield row.withAxes(axes);
      }
      case Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("no axes can be added to this");
    };
  }

  private int count() {
    long[] given = places(1, "axes");
    return given == null ? 0 : given.length;
  }

  private Tensor flatten() {
    Tensor.Row row = row(0);
    int axis = (int) node.integer("axis", 1);
    node.require(
        axis == 1
            && row.axes().subList(1, row.axes().size()).stream()
                .noneMatch(Axis.Rows.class::isInstance),
        "it joins rows: axes " + row.axes());
    return row.withAxes(List.of(row.axes().getFirst(), new Axis.Columns(row.columns())));
  }

  private Tensor reshape() {
    long[] shape = integers(1).values();
    return switch (in(0)) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Integers integers -> Tensor.Integers.of(integers.values());
      case Tensor.Floats floats -> reshape(floats, shape);
      case Tensor.Row row -> reshape(row, shape);
      case Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("this cannot be reshaped");
    };
  }

  private Tensor reshape(Tensor.Floats floats, long[] given) {
    long[] shape = given.clone();
    long known = 1;
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] == 0 && node.integer("allowzero", 0) == 0) {
        shape[i] = floats.shape()[i];
      }
      node.require(shape[i] != Tensor.ANY, "its shape depends on the input's size");
      known *= shape[i] < 0 ? 1 : shape[i];
    }
    for (int i = 0; i < shape.length; i++) {
      if (shape[i] < 0) {
        shape[i] = known == 0 ? 0 : floats.values().length / known;
      }
    }
    return floats.withShape(shape);
  }

  /// Columns are the last axes whose sizes make up the row; those before are rows, as far as they
  /// are not of size 1.
  private Tensor reshape(Tensor.Row row, long[] shape) {
    int columns = row.columns();
    List<Axis> axes = new ArrayList<>();
    int left = columns;
    int i = shape.length - 1;
    boolean inColumns = columns > 1 || row.axes().stream().anyMatch(Axis.Columns.class::isInstance);
    for (; i >= 0 && inColumns; i--) {
      long size = shape[i];
      if (size == 0 && i < row.axes().size() && row.axes().get(i) instanceof Axis.Columns(int c)) {
        size = c;
      }
      if (size == -1) {
        size = left;
      }
      if (size < 1 || left % size != 0) {
        break;
      }
      axes.addFirst(new Axis.Columns((int) size));
      left /= (int) size;
      if (left == 1) {
        i--;
        break;
      }
    }
    node.require(
        left == 1, "it cuts rows of " + columns + " columns up: " + Arrays.toString(shape));
    List<Axis.Rows> rows =
        row.axes().stream()
            .filter(Axis.Rows.class::isInstance)
            .map(axis -> (Axis.Rows) axis)
            .toList();
    long wanted = 0;
    for (int j = 0; j <= i; j++) {
      wanted += shape[j] == 1 ? 0 : 1;
    }
    int next = 0;
    List<Axis> front = new ArrayList<>();
    for (int j = 0; j <= i; j++) {
      if (shape[j] == 1) {
        front.add(new Axis.One());
      } else {
        // As many as before: the same, in order. Else steps and batch entries were joined.
        front.add(wanted == rows.size() ? rows.get(next++) : new Axis.Rows());
      }
    }
    front.addAll(axes);
    return row.withAxes(front);
  }

  private Tensor transpose() {
    return switch (in(0)) {
      case Tensor.Zeros zeros -> zeros;
      case Tensor.Floats floats -> Constants.transpose(floats, permutation(floats.shape().length));
      case Tensor.Row row -> {
        List<Axis> axes = new ArrayList<>();
        int last = -1;
        for (long axis : permutation(row.axes().size())) {
          Axis moved = row.axes().get((int) axis);
          if (moved instanceof Axis.Columns) {
            node.require(axis > last, "it changes the order of a row's columns: " + row.axes());
            last = (int) axis;
          }
          axes.add(moved);
        }
        yield row.withAxes(axes);
      }
      case Tensor.Integers _, Tensor.Sum _, Tensor.Line _, Tensor.Shifted _ ->
          throw node.problem("this cannot be transposed");
    };
  }

  private long[] permutation(int rank) {
    long[] permutation = node.integers("perm");
    if (permutation == null) {
      permutation = new long[rank];
      for (int i = 0; i < rank; i++) {
        permutation[i] = rank - 1L - i;
      }
    }
    node.require(
        Arrays.equals(
            Arrays.stream(permutation).sorted().toArray(), LongStream.range(0, rank).toArray()),
        "its permutation " + Arrays.toString(permutation) + " is not one of " + rank + " axes");
    return permutation;
  }
}
