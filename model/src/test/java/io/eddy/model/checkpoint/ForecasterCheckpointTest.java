package io.eddy.model.checkpoint;

import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static io.eddy.model.Examples.spec;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import io.eddy.model.Answer;
import io.eddy.model.Examples;
import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.parameter.ParameterSpec;
import io.eddy.model.series.Series;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ForecasterCheckpointTest {

  @ParameterizedTest
  @CsvSource({"ELMAN,0", "LSTM,0", "LSTM,4", "GRU,7"})
  void shouldReadBackWhatItWrote(CellType cell, int season) {
    Forecaster written = randomForecaster(spec(cell, 3, season), 5);

    Forecaster read = ForecasterCheckpoint.read(ForecasterCheckpoint.write(written));

    assertThat(read.spec()).isEqualTo(written.spec());
    assertThat(read.provenance()).isEqualTo(written.provenance()).isNotEmpty();
    assertThat(read.calibration()).isEqualTo(written.calibration());
    assertThat(read.parameters().specs()).isEqualTo(written.parameters().specs());
    for (int i = 0; i < read.parameters().count(); i++) {
      assertThat(read.parameters().values(i)).isEqualTo(written.parameters().values(i));
    }
    assertThat(ForecasterCheckpoint.write(read)).isEqualTo(ForecasterCheckpoint.write(written));
  }

  @Test
  void shouldAnswerAsBefore() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    Forecaster written = randomForecaster(spec, 5);
    Forecaster read = ForecasterCheckpoint.read(ForecasterCheckpoint.write(written));
    double[] values = walk(100, 3);

    Answer expected = observe(new OnlineForecaster(spec, written), new SeriesState(spec), values);
    Answer answer = observe(new OnlineForecaster(spec, read), new SeriesState(spec), values);

    assertThat(Examples.numbers(answer)).isEqualTo(Examples.numbers(expected));
  }

  @Test
  void shouldGiveEqualForecastersEqualBytes() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    byte[] bytes = ForecasterCheckpoint.write(randomForecaster(spec, 5));

    assertThat(ForecasterCheckpoint.write(randomForecaster(spec, 5))).isEqualTo(bytes);
    assertThat(ForecasterCheckpoint.write(randomForecaster(spec, 6))).isNotEqualTo(bytes);
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldNameAndShapeWeightsAsPyTorchDoes(CellType cell) {
    int gates =
        switch (cell) {
          case ELMAN -> 1;
          case LSTM -> 4;
          case GRU -> 3;
        };
    ForecasterSpec spec = new ForecasterSpec(cell, 6, 2, 3, 4, 5, 0.9, 10);

    Safetensors file = Safetensors.fromBytes(ForecasterCheckpoint.write(randomForecaster(spec, 1)));

    Map<String, List<Integer>> shapes = new HashMap<>();
    file.tensors()
        .forEach((name, t) -> shapes.put(name, Arrays.stream(t.shape()).boxed().toList()));
    assertThat(shapes)
        .isEqualTo(
            Map.ofEntries(
                Map.entry("rnn.weight_ih_l0", List.of(gates * 6, 5)),
                Map.entry("rnn.weight_hh_l0", List.of(gates * 6, 6)),
                Map.entry("rnn.bias_ih_l0", List.of(gates * 6)),
                Map.entry("rnn.bias_hh_l0", List.of(gates * 6)),
                Map.entry("rnn.weight_ih_l1", List.of(gates * 6, 6)),
                Map.entry("rnn.weight_hh_l1", List.of(gates * 6, 6)),
                Map.entry("rnn.bias_ih_l1", List.of(gates * 6)),
                Map.entry("rnn.bias_hh_l1", List.of(gates * 6)),
                Map.entry("head.weight", List.of(3 * 3, 6)),
                Map.entry("head.bias", List.of(3 * 3)),
                Map.entry("path.weight", List.of(3 * 3, 5)),
                Map.entry("calibration.width", List.of(2, 3))));
  }

  @Test
  void shouldStoreElementOutputInputInRowMajorOrder() {
    Forecaster forecaster = randomForecaster(spec(CellType.LSTM, 3, 4), 5);
    Safetensors file = Safetensors.fromBytes(ForecasterCheckpoint.write(forecaster));

    for (ParameterSpec parameter : forecaster.parameters().specs()) {
      float[] stored = forecaster.parameters().values(parameter.name());
      float[] written = tensor(file, parameter.name()).values();
      for (int output = 0; output < parameter.outputs(); output++) {
        for (int input = 0; input < parameter.inputs(); input++) {
          assertThat(written[output * parameter.inputs() + input])
              .isEqualTo(stored[input * parameter.outputs() + output]);
        }
      }
    }
  }

  /// A file as PyTorch's `safetensors.torch.save_file` lays it out, and the answer by the formulas
  /// of `torch.nn.RNN` and `torch.nn.Linear`.
  @Test
  void shouldServeWeightsThatPyTorchWrote() {
    ForecasterSpec spec = new ForecasterSpec(CellType.ELMAN, 2, 1, 1, 0, 2, 0.9, 10);
    double[][] inputWeight = {{0.5, -0.25, 0.375}, {0.75, 0.125, -0.5}};
    double[][] hiddenWeight = {{0.25, 0.5}, {-0.75, 0.375}};
    double[] inputBias = {0.0625, -0.5};
    double[] hiddenBias = {0.25, 0.125};
    double[][] headWeight = {{0, 0}, {1.5, -0.5}, {0, 0}};
    double[][] pathWeight = {{0, 0}, {0.25, 0.5}, {0, 0}};
    Map<String, Safetensors.Tensor> tensors = new HashMap<>();
    tensors.put("rnn.weight_ih_l0", matrix(inputWeight));
    tensors.put("rnn.weight_hh_l0", matrix(hiddenWeight));
    tensors.put("rnn.bias_ih_l0", vector(inputBias));
    tensors.put("rnn.bias_hh_l0", vector(hiddenBias));
    tensors.put("head.weight", matrix(headWeight));
    tensors.put("head.bias", vector(0, 0.125, 0));
    tensors.put("path.weight", matrix(pathWeight));
    tensors.put("calibration.width", matrix(new double[][] {{1}, {1}}));
    Map<String, String> metadata = new HashMap<>(spec.toMetadata());
    metadata.put("eddy.format", "1");

    Forecaster forecaster = ForecasterCheckpoint.read(new Safetensors(metadata, tensors).toBytes());

    double[] values = {10, 11, 9, 9.5, 12};
    var state = new SeriesState(spec);
    Answer answer = observe(new OnlineForecaster(spec, forecaster), state, values);
    double[] h = new double[2];
    double changes = 0;
    var series = new Series(spec.series(), spec.ringLength(), 1);
    for (int t = 0; t < values.length; t++) {
      series.append(t, values[t]);
      double scale = t == 0 ? 1 : series.scale(0);
      double change = t < 1 ? 0 : values[t] - values[t - 1];
      changes += Math.abs(change);
      // The last value was the forecast, so what it did not see coming is the change itself.
      double[] x = {change / scale, change / scale, changes / 8 / scale};
      double[] next = new double[2];
      for (int unit = 0; unit < 2; unit++) {
        double sum = inputBias[unit] + hiddenBias[unit];
        for (int k = 0; k < 3; k++) {
          sum += inputWeight[unit][k] * x[k];
        }
        for (int k = 0; k < 2; k++) {
          sum += hiddenWeight[unit][k] * h[k];
        }
        next[unit] = Math.tanh(sum);
      }
      h = next;
    }
    double scale = series.scale(0);
    double median =
        headWeight[1][0] * h[0]
            + headWeight[1][1] * h[1]
            + 0.125
            + pathWeight[1][0] * (9.5 - 12) / scale
            + pathWeight[1][1] * (9 - 12) / scale;
    assertThat(answer.value(1)).isCloseTo(12 + scale * median, within(1e-5));
  }

  // ---- what it refuses --------------------------------------------------------------------------

  record Change(String name, Consumer<Contents> change) {
    @Override
    public String toString() {
      return name;
    }
  }

  /// A checkpoint's contents, to be changed for the worse.
  static final class Contents {
    final Map<String, String> metadata;
    final Map<String, Safetensors.Tensor> tensors;

    Contents(byte[] bytes) {
      Safetensors file = Safetensors.fromBytes(bytes);
      metadata = new LinkedHashMap<>(file.metadata());
      tensors = new LinkedHashMap<>(file.tensors());
    }

    void set(String name, int element, float value) {
      Safetensors.Tensor tensor = tensor(new Safetensors(metadata, tensors), name);
      float[] values = tensor.values().clone();
      values[element] = value;
      tensors.put(name, new Safetensors.Tensor(tensor.shape(), values));
    }

    byte[] toBytes() {
      return new Safetensors(metadata, tensors).toBytes();
    }
  }

  private static Arguments refusal(
      String name, Consumer<Contents> change, String... expectedInMessage) {
    return Arguments.of(new Change(name, change), List.of(expectedInMessage));
  }

  private static Arguments metadata(String key, String value, String... expectedInMessage) {
    return refusal(key + "=" + value, c -> c.metadata.put(key, value), expectedInMessage);
  }

  static Stream<Arguments> refusals() {
    return Stream.of(
        refusal(
            "not ours", c -> c.metadata.clear(), "metadata has no eddy.format", "no checkpoint"),
        metadata("eddy.format", "2", "eddy.format 2", "reads 1", "release that wrote it"),
        metadata("eddy.format", "", "eddy.format", "reads 1"),
        refusal("no network", c -> c.metadata.remove("eddy.network"), "eddy.network", "forecaster"),
        metadata("eddy.network", "translator", "translator", "another kind of network"),
        refusal("no cell", c -> c.metadata.remove("eddy.cell"), "has no eddy.cell"),
        metadata("eddy.cell", "transformer", "eddy.cell is transformer", "lstm"),
        metadata("eddy.hidden.size", "six", "eddy.hidden.size is six", "number"),
        metadata("eddy.hidden.size", "-6", "hidden size is -6"),
        metadata("eddy.hidden.size", "99999999999", "eddy.hidden.size"),
        metadata("eddy.hidden.size", "7", "rnn.weight_ih_l0", "[24, 5]", "[28, 5]"),
        // A gigabyte of weights, if it were believed.
        metadata("eddy.hidden.size", "4096", "rnn.weight_ih_l0", "[24, 5]", "[16384, 5]"),
        metadata("eddy.layer.count", "3", "no tensor rnn.weight_ih_l2"),
        metadata("eddy.layer.count", "1", "lacks", "rnn.weight_ih_l1"),
        metadata("eddy.horizon", "4", "head.weight", "[9, 6]", "[12, 6]"),
        metadata("eddy.season", "0", "rnn.weight_ih_l0", "[24, 3]"),
        metadata("eddy.season", "1", "season is 1"),
        metadata("eddy.lag.count", "6", "path.weight", "[9, 6]"),
        metadata("eddy.confidence", "NaN", "confidence is NaN"),
        metadata("eddy.confidence", "90%", "eddy.confidence is 90%", "number"),
        metadata("eddy.confidence", "1", "confidence is 1"),
        metadata("eddy.window.size", "1", "window size is 1"),
        refusal(
            "no head", c -> c.tensors.remove("head.bias"), "no tensor head.bias", "head.weight"),
        refusal(
            "no calibration",
            c -> c.tensors.remove("calibration.width"),
            "no tensor calibration.width"),
        refusal("one more", c -> c.tensors.put("extra", vector(1)), "lacks", "[extra]"),
        refusal(
            "turned",
            c ->
                c.tensors.put(
                    "head.weight", new Safetensors.Tensor(new int[] {6, 9}, new float[54])),
            "head.weight",
            "[6, 9]",
            "[9, 6]"),
        refusal(
            "flat",
            c ->
                c.tensors.put("head.weight", new Safetensors.Tensor(new int[] {54}, new float[54])),
            "head.weight",
            "[54]"),
        refusal(
            "calibration of another horizon",
            c -> c.tensors.put("calibration.width", vector(1, 1, 1, 1, 1, 1)),
            "calibration.width",
            "[2, 3]"),
        refusal("NaN", c -> c.set("rnn.weight_hh_l1", 3, Float.NaN), "rnn.weight_hh_l1", "NaN"),
        refusal(
            "infinity",
            c -> c.set("head.bias", 8, Float.NEGATIVE_INFINITY),
            "head.bias",
            "-Infinity"),
        refusal(
            "NaN width", c -> c.set("calibration.width", 0, Float.NaN), "calibration.width", "NaN"),
        // A negative width would let quantiles cross.
        refusal(
            "negative width",
            c -> c.set("calibration.width", 5, -1),
            "calibration.width",
            "-1.0",
            "more than 0"));
  }

  @ParameterizedTest
  @MethodSource("refusals")
  void shouldRefuseWhatIsNoForecasterAndSayWhy(Change change, List<String> expectedInMessage) {
    var contents =
        new Contents(ForecasterCheckpoint.write(randomForecaster(spec(CellType.LSTM, 3, 4), 5)));
    change.change().accept(contents);
    byte[] bytes = contents.toBytes();

    assertThatExceptionOfType(CheckpointException.class)
        .isThrownBy(() -> ForecasterCheckpoint.read(bytes))
        .satisfies(e -> assertThat(e.getMessage()).contains(expectedInMessage));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void shouldMeetAnyBytesWithItsOwnExceptionOnly(long seed) {
    byte[] whole =
        ForecasterCheckpoint.write(
            randomForecaster(new ForecasterSpec(CellType.GRU, 2, 1, 1, 0, 2, 0.9, 4), seed));
    var random = new SplittableRandom(seed);
    int refused = 0;

    for (int i = 0; i < 5_000; i++) {
      byte[] damaged = damage(whole, random);
      try {
        ForecasterCheckpoint.read(damaged);
      } catch (CheckpointException e) {
        refused++;
      } catch (Throwable e) {
        throw new AssertionError(
            "seed %d, bytes %s".formatted(seed, new String(damaged, StandardCharsets.ISO_8859_1)),
            e);
      }
    }

    assertThat(refused).isBetween(3_000, 4_999);
  }

  /// One to three changes, most of them in the header, where they hurt.
  private static byte[] damage(byte[] whole, SplittableRandom random) {
    byte[] bytes = whole.clone();
    int changes = random.nextInt(1, 4);
    for (int change = 0; change < changes && bytes.length > 0; change++) {
      int header = Math.min(bytes.length, whole.length * 3 / 4);
      int at = random.nextInt(random.nextInt(4) == 0 ? bytes.length : header);
      switch (random.nextInt(6)) {
        case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> bytes[at] = (byte) "0123456789{}[]\",:\\-.eE\u0000".charAt(random.nextInt(22));
        case 2 -> bytes[at] = (byte) random.nextInt(256);
        case 3 -> bytes = Arrays.copyOf(bytes, at);
        case 4 ->
            bytes =
                spliced(
                    bytes,
                    at,
                    at,
                    "0123456789\"{}[],".getBytes(StandardCharsets.UTF_8)[random.nextInt(16)]);
        default -> bytes = spliced(bytes, at, Math.min(bytes.length, at + random.nextInt(1, 9)));
      }
    }
    return bytes;
  }

  /// The bytes with others in place of a range, and the header's length adjusted, so that damage
  /// gets past the first check.
  private static byte[] spliced(byte[] bytes, int from, int to, byte... inserted) {
    byte[] out = new byte[bytes.length - (to - from) + inserted.length];
    System.arraycopy(bytes, 0, out, 0, from);
    System.arraycopy(inserted, 0, out, from, inserted.length);
    System.arraycopy(bytes, to, out, from + inserted.length, bytes.length - to);
    if (from >= 8 && out.length >= 8) {
      ByteBuffer length = ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN);
      length.putLong(0, length.getLong(0) + out.length - bytes.length);
    }
    return out;
  }

  private static Safetensors.Tensor tensor(Safetensors file, String name) {
    Safetensors.Tensor tensor = file.tensors().get(name);
    if (tensor == null) {
      throw new AssertionError("no tensor " + name + " in " + file.tensors().keySet());
    }
    return tensor;
  }

  private static Safetensors.Tensor matrix(double[][] rows) {
    float[] values = new float[rows.length * rows[0].length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) rows[i / rows[0].length][i % rows[0].length];
    }
    return new Safetensors.Tensor(new int[] {rows.length, rows[0].length}, values);
  }

  private static Safetensors.Tensor vector(double... elements) {
    float[] values = new float[elements.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) elements[i];
    }
    return new Safetensors.Tensor(new int[] {values.length}, values);
  }
}
