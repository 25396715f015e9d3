package io.eddy.model.exchange.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.data.Offset.offset;

import ai.onnx.proto.OnnxMl;
import io.eddy.model.cell.CellType;
import io.eddy.model.cell.Cells;
import io.eddy.model.checkpoint.ForecasterCheckpoint;
import io.eddy.model.composition.Convolution;
import io.eddy.model.exchange.StateDict;
import io.eddy.model.kernel.Kernels;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.op.Add;
import io.eddy.model.op.Affine;
import io.eddy.model.op.Attend;
import io.eddy.model.op.BatchNorm;
import io.eddy.model.op.Concatenation;
import io.eddy.model.op.LayerNorm;
import io.eddy.model.op.Linear;
import io.eddy.model.op.Lookup;
import io.eddy.model.op.MeanPool;
import io.eddy.model.op.Multiply;
import io.eddy.model.op.QuantileFan;
import io.eddy.model.op.Relu;
import io.eddy.model.op.Select;
import io.eddy.model.op.Sigmoid;
import io.eddy.model.op.Softmax;
import io.eddy.model.op.Softplus;
import io.eddy.model.op.Tanh;
import io.eddy.model.parameter.Initializer;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// Out and in again: the same weights to the bit, the same file, the same numbers.
class OnnxRoundTripTest {

  private static final Initializer XAVIER = new Initializer.Xavier(1);
  private static final int INPUTS = 3;
  private static final int STEPS = 9;
  private static final long SEED = 7;

  static Stream<Named<BiFunction<ProgramBuilder, Value, Value>>> networks() {
    return Stream.of(
        Named.of("elman", stack(CellType.ELMAN)),
        Named.of("lstm", stack(CellType.LSTM)),
        Named.of("gru", stack(CellType.GRU)),
        Named.of("a delay of three steps", (b, x) -> Add.of(b, x, b.delay(x, 3))),
        Named.of("a learned initial state", OnnxRoundTripTest::learnedInitialState),
        Named.of("affine", (b, x) -> Affine.of(b, -2, x, 0.5f)),
        Named.of("softmax", Softmax::of),
        Named.of("softmax over groups", (b, x) -> Softmax.of(b, linear(b, x, "w", 6), 2)),
        Named.of("relu", Relu::of),
        Named.of("softplus", Softplus::of),
        Named.of("quantile fan", (b, x) -> QuantileFan.of(b, linear(b, x, "w", 10), 5)),
        Named.of("layer norm", OnnxRoundTripTest::layerNorm),
        Named.of("batch norm", OnnxRoundTripTest::batchNorm),
        Named.of(
            "concatenation",
            (b, x) -> Concatenation.of(b, Tanh.of(b, x), Sigmoid.of(b, b.columns(x, 1, 2)), x)),
        Named.of("select", (b, x) -> Select.of(b, b.columns(x, 0, 1), x, Affine.of(b, 2, x, 1))),
        Named.of("select or zero", (b, x) -> Select.orZero(b, b.columns(x, 0, 1), x)),
        Named.of("convolution", (b, x) -> Convolution.causal(4, 3, 2).trace(b, "conv.", x)),
        Named.of(
            "residual",
            (b, x) -> {
              Value y = linear(b, x, "w", INPUTS);
              return Add.of(b, Multiply.of(b, y, Tanh.of(b, y)), x);
            }));
  }

  private static BiFunction<ProgramBuilder, Value, Value> stack(CellType cell) {
    return (builder, x) -> linear(builder, Cells.stack(builder, cell, "rnn.", x, 4, 2), "head", 2);
  }

  private static Value linear(ProgramBuilder builder, Value x, String name, int outputs) {
    return Linear.of(
        builder,
        x,
        ParameterSpec.matrix(name + ".weight", outputs, x.width(), XAVIER),
        ParameterSpec.vector(name + ".bias", outputs, XAVIER));
  }

  private static Value learnedInitialState(ProgramBuilder builder, Value x) {
    var state = builder.feedback("total", ParameterSpec.vector("initial", INPUTS, XAVIER), 1);
    Value sum = Add.of(builder, state.value(), x);
    state.close(sum);
    return sum;
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
        0.25,
        1e-3);
  }

  private static OnnxNetwork trace(BiFunction<ProgramBuilder, Value, Value> network) {
    var builder = new ProgramBuilder();
    Value y = network.apply(builder, builder.input("x", INPUTS));
    var program = builder.build();
    return OnnxNetwork.of(program, Parameters.initial(program.parameters(), SEED), Map.of("y", y));
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldGiveTheSameNumbersAfterTheRoundTrip(BiFunction<ProgramBuilder, Value, Value> traced) {
    OnnxNetwork network = trace(traced);

    OnnxNetwork read = OnnxReader.read(OnnxWriter.write(network));

    float[][] expected = run(network);
    float[][] actual = run(read);
    for (int step = 0; step < STEPS; step++) {
      assertThat(actual[step]).as("step %d", step).containsExactly(expected[step], offset(1e-6f));
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldKeepEveryWeightToTheBitUnderItsName(BiFunction<ProgramBuilder, Value, Value> traced) {
    OnnxNetwork network = trace(traced);

    OnnxNetwork read = OnnxReader.read(OnnxWriter.write(network));

    assertThat(StateDict.of(read.parameters()).toSafetensors(Map.of()).toBytes())
        .isEqualTo(StateDict.of(network.parameters()).toSafetensors(Map.of()).toBytes());
  }

  @ParameterizedTest
  @MethodSource("networks")
  void shouldWriteTheSameFileAgain(BiFunction<ProgramBuilder, Value, Value> traced) {
    byte[] first = OnnxWriter.write(trace(traced));

    byte[] second = OnnxWriter.write(OnnxReader.read(first));

    assertThat(text(OnnxWriter.write(OnnxReader.read(second)))).isEqualTo(text(second));
  }

  private static String text(byte[] bytes) {
    return OnnxReader.parse(bytes).toString();
  }

  private static float[][] run(OnnxNetwork network) {
    var stepper = new Stepper(network.program(), network.parameters(), 1, Kernels.scalar());
    float[] state = new float[network.program().stateSize()];
    stepper.initialState(state, 0);
    stepper.load(0, state, 0);
    var random = new SplittableRandom(SEED);
    Value x = network.value("x");
    Value y = network.value("y");
    float[][] outputs = new float[STEPS][y.width()];
    for (float[] output : outputs) {
      for (int i = 0; i < x.width(); i++) {
        float drawn = (float) (4 * random.nextDouble() - 2);
        // Select's flag: some of them zero.
        stepper.rows(x).values()[stepper.rows(x).at(0) + i] = i == 0 && drawn < 0 ? 0 : drawn;
      }
      stepper.step();
      System.arraycopy(stepper.rows(y).values(), stepper.rows(y).at(0), output, 0, output.length);
    }
    return outputs;
  }

  @Test
  void shouldKeepALookUp() {
    var builder = new ProgramBuilder();
    Value ids = builder.input("x", 1);
    Value y = Lookup.of(builder, ids, ParameterSpec.table("table", 5, 2, XAVIER));
    var program = builder.build();
    OnnxNetwork network =
        OnnxNetwork.of(program, Parameters.initial(program.parameters(), SEED), Map.of("y", y));

    OnnxNetwork read = OnnxReader.read(OnnxWriter.write(network));

    assertThat(StateDict.of(read.parameters()).toSafetensors(Map.of()).toBytes())
        .isEqualTo(StateDict.of(network.parameters()).toSafetensors(Map.of()).toBytes());
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldGiveAForecasterBackToTheBit(CellType cell) {
    Forecaster forecaster = forecaster(cell, SEED);

    Forecaster read = OnnxForecaster.read(OnnxForecaster.write(forecaster));

    assertThat(ForecasterCheckpoint.write(read)).isEqualTo(ForecasterCheckpoint.write(forecaster));
    assertThat(OnnxForecaster.is(OnnxForecaster.write(forecaster))).isTrue();
  }

  private static Forecaster forecaster(CellType cell, long seed) {
    Forecaster initial = Forecaster.initial(new ForecasterSpec(cell, 4, 2, 3, 4, 5, 0.9, 16), seed);
    var random = new SplittableRandom(seed);
    for (int i = 0; i < initial.parameters().count(); i++) {
      for (int j = 0; j < initial.parameters().values(i).length; j++) {
        initial.parameters().values(i)[j] = (float) random.nextDouble() - 0.5f;
      }
    }
    float[] calibration = {1.1f, 1.2f, 1 / 3f, 0.7f, 0.8f, 1e-3f};
    return new Forecaster(
        initial.spec(),
        initial.parameters(),
        calibration,
        Map.of("data", "ünicode, with \"marks\""));
  }

  @Test
  void shouldRefuseAForecasterWhoseOperationsWereChanged() {
    OnnxMl.ModelProto.Builder model =
        OnnxReader.parse(OnnxForecaster.write(forecaster(CellType.GRU, 1))).toBuilder();
    int tanh = -1;
    for (int i = 0; i < model.getGraph().getNodeCount(); i++) {
      tanh = model.getGraph().getNode(i).getOpType().equals("Tanh") ? i : tanh;
    }
    model.getGraphBuilder().getNodeBuilder(tanh).setOpType("Sigmoid");
    byte[] changed = model.build().toByteArray();

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxForecaster.read(changed))
        .withMessageContaining("its operations are not those of")
        .withMessageContaining("GRU");
  }

  @Test
  void shouldNameAnOperationThatOnnxHasNothingFor() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value y = MeanPool.of(builder, builder.past(Tanh.of(builder, x), 4));
    var program = builder.build();
    OnnxNetwork network =
        OnnxNetwork.of(program, Parameters.zeros(program.parameters()), Map.of("y", y));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxWriter.write(network))
        .withMessageStartingWith("operation 1 of the program, MeanPool from ")
        .withMessageContaining("mean_pool");
  }

  @Test
  void shouldRefuseAProgramThatLooksAhead() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 2);
    Value y = Add.of(builder, x, builder.lookahead(x, 1));
    var program = builder.build();
    OnnxNetwork network =
        OnnxNetwork.of(program, Parameters.zeros(program.parameters()), Map.of("y", y));

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxWriter.write(network))
        .withMessageContaining("looks ahead");
  }

  @Test
  void shouldLeaveOutWhatNoOutputNeeds() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", INPUTS);
    Value unused = linear(builder, builder.input("unused", 2), "unused", 5);
    Value y = linear(builder, x, "used", 2);
    var program = builder.build();
    assertThat(unused.width()).isEqualTo(5);
    OnnxNetwork network =
        OnnxNetwork.of(program, Parameters.initial(program.parameters(), SEED), Map.of("y", y));

    OnnxMl.GraphProto graph = OnnxReader.parse(OnnxWriter.write(network)).getGraph();

    assertThat(graph.getInputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .containsExactly("x");
    assertThat(graph.getInitializerList())
        .extracting(OnnxMl.TensorProto::getName)
        .containsExactly("used.weight", "used.bias");
  }

  @Test
  void shouldWriteAttentionOverAPastWithItsCounter() {
    var builder = new ProgramBuilder();
    Value x = builder.input("x", 4);
    Value y =
        Attend.of(builder, x, builder.pastKeys(x, 5), builder.past(Tanh.of(builder, x), 5), 2, 0.5f)
            .context();
    var program = builder.build();
    OnnxNetwork network =
        OnnxNetwork.of(program, Parameters.zeros(program.parameters()), Map.of("y", y));

    OnnxMl.GraphProto graph = OnnxReader.parse(OnnxWriter.write(network)).getGraph();

    assertThat(graph.getInputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .containsExactly(
            "x", "state.x.past", "state.x.past.count", "state.tanh.past", "state.tanh.past.count");
    assertThat(graph.getOutputList())
        .extracting(OnnxMl.ValueInfoProto::getName)
        .contains("state.x.past.next", "state.x.past.count.next");
  }

  @ParameterizedTest
  @CsvSource({"0", "1", "7", "100"})
  void shouldRefuseWhatIsNoOnnxFile(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);

    assertThatExceptionOfType(OnnxException.class)
        .isThrownBy(() -> OnnxReader.read(bytes))
        .withMessageContaining("no ONNX file");
  }

  @Test
  void shouldGiveEqualNetworksEqualBytes() {
    Map<Integer, byte[]> bytes = new LinkedHashMap<>();
    for (int i = 0; i < 2; i++) {
      bytes.put(i, OnnxWriter.write(trace(stack(CellType.LSTM))));
    }

    assertThat(bytes.get(0)).isEqualTo(bytes.get(1));
  }
}
