package io.eddy.benchmarks.exchange;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.data.Offset.offset;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import io.eddy.benchmarks.exchange.SampleGraphs.Sample;
import io.eddy.model.attention.TransformerEncoderLayer;
import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.checkpoint.Safetensors;
import io.eddy.model.composition.Convolution;
import io.eddy.model.exchange.onnx.OnnxForecaster;
import io.eddy.model.exchange.onnx.OnnxNetwork;
import io.eddy.model.exchange.onnx.OnnxReader;
import io.eddy.model.exchange.onnx.OnnxWriter;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterProgram;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Argmax;
import io.eddy.model.op.Attend;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.CumulativeSum;
import io.eddy.model.op.Diagonal;
import io.eddy.model.op.Dropout;
import io.eddy.model.op.Exp;
import io.eddy.model.op.Gelu;
import io.eddy.model.op.GeluTanh;
import io.eddy.model.op.GroupSum;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Log;
import io.eddy.model.op.LogSoftmax;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Repeat;
import io.eddy.model.op.RowDot;
import io.eddy.model.op.Select;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Softplus;
import io.eddy.model.op.Softsign;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What Eddy writes as ONNX gives Eddy's numbers in ONNX Runtime, step by step with the state given
/// back; what ONNX Runtime computes for a whole sequence, Eddy computes step by step from the
/// imported graph.
///
/// With `-Deddy.onnx.folder=FOLDER` the sample graphs, their inputs and ONNX Runtime's outputs are
/// written there: `model`'s tests have them in `src/test/resources/onnx`.
class OnnxExchangeTest {

  private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();
  private static final Initializer XAVIER = new Initializer.Xavier(1);
  private static final int INPUTS = 6;
  private static final int BATCH = 2;
  private static final int STEPS = 7;
  private static final long SEED = 5;

  static Stream<Named<BiFunction<ProgramBuilder, Value, Value>>> networks() {
    return Stream.of(
        Named.of("elman", stack(CellType.ELMAN)),
        Named.of("lstm", stack(CellType.LSTM)),
        Named.of("gru", stack(CellType.GRU)),
        Named.of("delay of three steps", (b, x) -> Add.of(b, x, b.delay(x, 3))),
        Named.of("affine", (b, x) -> Affine.of(b, -2, x, 0.5f)),
        Named.of("activations", OnnxExchangeTest::activations),
        Named.of("gelu", Gelu::of),
        Named.of("gelu by tanh", GeluTanh::of),
        Named.of("exp and log", (b, x) -> Log.of(b, Exp.of(b, x))),
        Named.of("softmax over groups", (b, x) -> Softmax.of(b, x, 2)),
        Named.of("log softmax", LogSoftmax::of),
        Named.of("cumulative sum", CumulativeSum::of),
        Named.of("argmax and look-up", OnnxExchangeTest::argmaxAndLookUp),
        Named.of("group sum", (b, x) -> GroupSum.of(b, x, 3)),
        Named.of("row dot", (b, x) -> RowDot.of(b, x, Tanh.of(b, x), 2)),
        Named.of("repeat", (b, x) -> Repeat.of(b, x, 3)),
        Named.of("repeat interleaved", (b, x) -> Repeat.interleave(b, x, 3)),
        Named.of("dropout outside training", (b, x) -> Tanh.of(b, Dropout.of(b, x, 0.5))),
        Named.of("quantile fan", (b, x) -> QuantileFan.of(b, linear(b, x, 10), 5)),
        Named.of("layer norm", OnnxExchangeTest::layerNorm),
        Named.of("batch norm", OnnxExchangeTest::batchNorm),
        Named.of("select", (b, x) -> Select.of(b, b.columns(x, 0, 1), x, Affine.of(b, 2, x, 1))),
        Named.of(
            "diagonal",
            (b, x) -> Diagonal.of(b, x, ParameterSpec.vector("diagonal", INPUTS, XAVIER))),
        Named.of("select or zero", (b, x) -> Select.orZero(b, b.columns(x, 0, 1), x)),
        Named.of("causal convolution", (b, x) -> Convolution.causal(4, 3, 2).trace(b, "conv.", x)),
        Named.of("attention over a past", OnnxExchangeTest::attention),
        Named.of(
            "encoder layer",
            (b, x) -> TransformerEncoderLayer.of("layer.", INPUTS, 2, 8).causal(b, x, 4)));
  }

  private static BiFunction<ProgramBuilder, Value, Value> stack(CellType cell) {
    return (builder, x) -> linear(builder, Cells.stack(builder, cell, "rnn.", x, 5, 2), 2);
  }

  private static Value activations(ProgramBuilder builder, Value x) {
    return Concatenation.of(
        builder,
        Tanh.of(builder, x),
        Sigmoid.of(builder, x),
        Relu.of(builder, x),
        Softplus.of(builder, x),
        Softsign.of(builder, builder.columns(x, 1, 2)));
  }

  private static Value argmaxAndLookUp(ProgramBuilder builder, Value x) {
    return Lookup.of(
        builder, Argmax.of(builder, x), ParameterSpec.table("table", INPUTS, 3, XAVIER));
  }

  private static Value linear(ProgramBuilder builder, Value x, int outputs) {
    return Linear.of(
        builder,
        x,
        ParameterSpec.matrix("head.weight", outputs, x.width(), XAVIER),
        ParameterSpec.vector("head.bias", outputs, XAVIER));
  }

  private static Value layerNorm(ProgramBuilder builder, Value x) {
    return LayerNorm.of(
        builder,
        x,
        ParameterSpec.vector("weight", x.width(), XAVIER),
        ParameterSpec.vector("bias", x.width(), XAVIER),
        1e-3);
  }

  private static Value batchNorm(ProgramBuilder builder, Value x) {
    return BatchNorm.of(
        builder,
        x,
        new BatchNorm.Weights(
            ParameterSpec.vector("weight", x.width(), XAVIER),
            ParameterSpec.vector("bias", x.width(), XAVIER),
            ParameterSpec.buffer("running_mean", x.width(), XAVIER),
            ParameterSpec.buffer("running_var", x.width(), new Initializer.GateBias(1, 0, 2))),
        0.1,
        1e-3);
  }

  /// A window shorter than the sequence, so that the past is half filled, full, and goes round.
  private static Value attention(ProgramBuilder builder, Value x) {
    Value values = Multiply.of(builder, x, Tanh.of(builder, x));
    return Attend.of(builder, x, builder.pastKeys(x, 4), builder.past(values, 4), 2, 0.57735026f)
        .context();
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldGiveItsNumbersInOnnxRuntime(BiFunction<ProgramBuilder, Value, Value> traced)
      throws OrtException {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", INPUTS);
    Value y = traced.apply(builder, x);
    var program = builder.build();
    Parameters parameters = Parameters.initial(program.parameters(), SEED);

    byte[] bytes = OnnxWriter.write(OnnxNetwork.of(program, parameters, Map.of("y", y)));

    compareSteps(bytes, "x", "y", new Stepper(program, parameters, BATCH, Kernels.scalar()), x, y);
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldGiveAForecastersNumbersInOnnxRuntime(CellType cell) throws OrtException {
    Forecaster initial =
        Forecaster.initial(new ForecasterSpec(cell, 7, 2, 4, 6, 13, 0.9, 32), SEED);
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < initial.parameters().count(); i++) {
      for (int j = 0; j < initial.parameters().values(i).length; j++) {
        initial.parameters().values(i)[j] = (float) random.nextDouble() - 0.5f;
      }
    }
    ForecasterProgram program = ForecasterProgram.of(initial.spec());

    byte[] bytes = OnnxForecaster.write(initial);

    compareSteps(
        bytes,
        "inputs",
        "quantiles",
        new Stepper(program.program(), initial.parameters(), BATCH, Kernels.scalar()),
        program.inputs(),
        program.quantiles());
  }

  private static void compareSteps(
      byte[] bytes, String input, String output, Stepper stepper, Value x, Value y)
      throws OrtException {
    var random = new SplittableRandom(SEED);
    try (OrtSession session = ENVIRONMENT.createSession(bytes)) {
      Map<String, float[]> states = new HashMap<>();
      for (int step = 0; step < STEPS; step++) {
        float[] drawn = new float[BATCH * x.width()];
        for (int i = 0; i < drawn.length; i++) {
          float value = (float) (4 * random.nextDouble() - 2);
          // Zeros too, for a flag.
          drawn[i] = i % x.width() == 0 && value < 0 ? 0 : value;
        }
        Rows rows = stepper.rows(x);
        for (int row = 0; row < BATCH; row++) {
          System.arraycopy(drawn, row * x.width(), rows.values(), rows.at(row), x.width());
        }
        stepper.step();
        float[] theirs = step(session, states, input, drawn, output);
        Rows answers = stepper.rows(y);
        for (int row = 0; row < BATCH; row++) {
          for (int i = 0; i < y.width(); i++) {
            assertThat(answers.values()[answers.at(row) + i])
                .as("step %d, row %d, column %d", step, row, i)
                .isCloseTo(theirs[row * y.width() + i], offset(2e-5f));
          }
        }
      }
    }
  }

  /// One step in ONNX Runtime; the states go out and in again.
  private static float[] step(
      OrtSession session, Map<String, float[]> states, String input, float[] x, String output)
      throws OrtException {
    Map<String, OnnxTensor> fed = new HashMap<>();
    for (var info : session.getInputInfo().values()) {
      long[] shape = ((TensorInfo) info.getInfo()).getShape();
      shape[0] = BATCH;
      int size = 1;
      for (long dimension : shape) {
        size *= (int) dimension;
      }
      float[] values =
          info.getName().equals(input) ? x : states.getOrDefault(info.getName(), new float[size]);
      fed.put(
          info.getName(), OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(values), shape));
    }
    try (OrtSession.Result result = session.run(fed)) {
      for (String name : session.getInputNames()) {
        if (!name.equals(input)) {
          states.put(name, floats(result, name + ".next"));
        }
      }
      return floats(result, output);
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private static float[] floats(OrtSession.Result result, String name) {
    FloatBuffer buffer = ((OnnxTensor) result.get(name).orElseThrow()).getFloatBuffer();
    float[] values = new float[buffer.remaining()];
    buffer.get(values);
    return values;
  }

  static List<Sample> samples() {
    return SampleGraphs.all();
  }

  @ParameterizedTest
  @MethodSource("samples")
  void shouldGiveOnnxRuntimesNumbersFromAnImportedGraph(Sample sample)
      throws OrtException, IOException {
    int columns = sample.hasIds() ? 1 : SampleGraphs.INPUTS;
    float[] x = new float[STEPS * BATCH * columns];
    var random = new SplittableRandom(SEED);
    for (int i = 0; i < x.length; i++) {
      x[i] =
          sample.hasIds()
              ? random.nextInt(SampleGraphs.IDS)
              : (float) (4 * random.nextDouble() - 2);
    }
    float[][] expected = new float[STEPS][];
    try (OrtSession session = ENVIRONMENT.createSession(sample.bytes())) {
      for (int step = 0; step < STEPS; step++) {
        expected[step] = last(session, sample, x, step + 1, columns);
      }
    }

    OnnxNetwork network = OnnxReader.read(sample.bytes());

    Value input = network.value(sample.input());
    Value output = network.value("y");
    var stepper = new Stepper(network.program(), network.parameters(), BATCH, Kernels.scalar());
    float[] state = new float[network.program().stateSize()];
    stepper.initialState(state, 0);
    for (int row = 0; row < BATCH; row++) {
      stepper.load(row, state, 0);
    }
    for (int step = 0; step < STEPS; step++) {
      for (int row = 0; row < BATCH; row++) {
        System.arraycopy(
            x,
            (step * BATCH + row) * columns,
            stepper.rows(input).values(),
            stepper.rows(input).at(row),
            columns);
      }
      stepper.step();
      for (int row = 0; row < BATCH; row++) {
        for (int i = 0; i < output.width(); i++) {
          assertThat(stepper.rows(output).values()[stepper.rows(output).at(row) + i])
              .as("step %d, row %d, column %d", step, row, i)
              .isCloseTo(expected[step][row * output.width() + i], offset(1e-5f));
        }
      }
    }
    write(sample, x, columns, expected);
  }

  /// The output at the last of the first `steps` steps, (batch, columns).
  private static float[] last(OrtSession session, Sample sample, float[] x, int steps, int columns)
      throws OrtException {
    Map<String, OnnxTensor> fed = new HashMap<>();
    int from = sample.hasSteps() ? 0 : steps - 1;
    float[] fedRows = new float[(steps - from) * BATCH * columns];
    for (int step = from; step < steps; step++) {
      for (int row = 0; row < BATCH; row++) {
        int to = sample.batchFirst() ? row * steps + step : (step - from) * BATCH + row;
        System.arraycopy(x, (step * BATCH + row) * columns, fedRows, to * columns, columns);
      }
    }
    if (sample.hasIds()) {
      long[] ids = new long[fedRows.length];
      for (int i = 0; i < ids.length; i++) {
        ids[i] = (long) fedRows[i];
      }
      fed.put(
          sample.input(),
          OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(ids), new long[] {steps, BATCH}));
    } else {
      long[] shape =
          !sample.hasSteps()
              ? new long[] {BATCH, columns}
              : sample.batchFirst()
                  ? new long[] {BATCH, steps, columns}
                  : new long[] {steps, BATCH, columns};
      fed.put(
          sample.input(), OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(fedRows), shape));
    }
    for (String state : sample.states()) {
      long[] shape = {sample.layers(), BATCH, SampleGraphs.hiddenSize()};
      float[] zeros = new float[(int) (shape[0] * shape[1] * shape[2])];
      fed.put(state, OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(zeros), shape));
    }
    try (OrtSession.Result result = session.run(fed)) {
      float[] all = floats(result, "y");
      if (!sample.outputHasSteps()) {
        return all;
      }
      int width = all.length / (steps * BATCH);
      float[] last = new float[BATCH * width];
      for (int row = 0; row < BATCH; row++) {
        int at = sample.batchFirst() ? row * steps + steps - 1 : (steps - 1) * BATCH + row;
        System.arraycopy(all, at * width, last, row * width, width);
      }
      return last;
    } finally {
      fed.values().forEach(OnnxTensor::close);
    }
  }

  private static void write(Sample sample, float[] x, int columns, float[][] expected)
      throws IOException {
    String folder = System.getProperty("eddy.onnx.folder");
    if (folder == null) {
      return;
    }
    int width = expected[0].length / BATCH;
    float[] y = new float[STEPS * BATCH * width];
    for (int step = 0; step < STEPS; step++) {
      System.arraycopy(expected[step], 0, y, step * BATCH * width, BATCH * width);
    }
    var file =
        new Safetensors(
            Map.of("input", sample.input(), "onnxruntime", ENVIRONMENT.getVersion()),
            Map.of(
                "input.x", new Safetensors.Tensor(new int[] {STEPS, BATCH, columns}, x),
                "output.y", new Safetensors.Tensor(new int[] {STEPS, BATCH, width}, y)));
    Files.createDirectories(Path.of(folder));
    Files.write(Path.of(folder, sample.name() + ".onnx"), sample.bytes());
    Files.write(Path.of(folder, sample.name() + ".safetensors"), file.toBytes());
  }
}
