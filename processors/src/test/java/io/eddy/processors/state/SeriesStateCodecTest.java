package io.eddy.processors.state;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.eddy.model.OnlineForecaster;
import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.Frequency;
import io.eddy.model.series.ScaleUnit;
import io.eddy.model.series.SeriesSpec;
import io.eddy.processors.state.UnreadableStateException.Reason;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesStateCodecTest {
  private static final ForecasterSpec SPEC = spec(CellType.LSTM, 4, 8);

  private final SeriesStateCodec codec = new SeriesStateCodec(SPEC);

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldContinueAsIfItHadNeverBeenStored(CellType cell) {
    ForecasterSpec spec = spec(cell, 4, 8);
    var stored = new SeriesStateCodec(spec);
    var engine = new OnlineForecaster(spec, Forecaster.initial(spec, 7));
    SeriesState kept = stored.fresh();
    SeriesState reread = stored.fresh();
    for (int event = 0; event < 40; event++) {
      engine.observe(kept, event, Math.sin(event) + event);
      reread = stored.decode(stored.encode(reread));
      engine.observe(reread, event, Math.sin(event) + event);
    }

    assertThat(stored.encode(reread)).isEqualTo(stored.encode(kept));
  }

  /// Keys of all ages take turns in one state, as events do in a task.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldLeaveNothingOfTheStateThatItReadsOver(long seed) {
    var random = new Random(seed);
    ForecasterSpec spec = richSpec();
    var turns = new SeriesStateCodec(spec);
    var engine = new OnlineForecaster(spec, Forecaster.initial(spec, seed));
    SeriesState[] kept = new SeriesState[5];
    byte[][] stored = new byte[kept.length][];
    long[] times = new long[kept.length];
    for (int key = 0; key < kept.length; key++) {
      kept[key] = turns.fresh();
      stored[key] = turns.encode(turns.fresh());
    }
    SeriesState shared = turns.fresh();
    for (int event = 0; event < 1_000; event++) {
      int key = (int) (kept.length * Math.pow(random.nextDouble(), 3));
      times[key] += 1 + random.nextInt(3);
      double value = Math.exp(random.nextGaussian());
      double[] row = {random.nextInt(4) == 0 ? Double.NaN : random.nextGaussian()};

      turns.decode(stored[key], shared);
      engine.observe(shared, times[key], value, row);
      stored[key] = turns.encode(shared);
      engine.observe(kept[key], times[key], value, row);

      assertThat(stored[key])
          .as("seed %d, event %d", seed, event)
          .isEqualTo(turns.encode(kept[key]));
      byte[] cut = Arrays.copyOf(stored[key], random.nextInt(stored[key].length));
      assertThatThrownBy(() -> turns.decode(cut, shared))
          .isInstanceOf(UnreadableStateException.class);
    }
  }

  private static ForecasterSpec richSpec() {
    var series =
        SeriesSpec.of(List.of(3, 6), BaseForecast.MIX)
            .withPower(0.5)
            .withScale(ScaleUnit.ERROR)
            .withFrequency(Frequency.parse("auto"))
            .withCovariates(new CovariateSpec(List.of("load"), List.of(), null));
    return new ForecasterSpec(
        CellType.LSTM,
        4,
        2,
        5,
        series,
        8,
        List.of(0.9, 0.5),
        ForecastValue.MEAN,
        16,
        2,
        Head.QUANTILES);
  }

  @Test
  void shouldKeepStampAndPosition() {
    SeriesState state = codec.fresh();
    state.stamp(12, 5);
    state.position(3, 99);

    SeriesState read = codec.decode(codec.encode(state));

    assertThat(read.decision()).isEqualTo(12);
    assertThat(read.version()).isEqualTo(5);
    assertThat(read.sourcePartition()).isEqualTo(3);
    assertThat(read.sourceOffset()).isEqualTo(99);
  }

  /// That a step is missing is seen when the next event comes, by what is configured then.
  @ParameterizedTest
  @ValueSource(strings = {"events", "PT1H", "auto"})
  void shouldReadAStateThatWasWrittenUnderAnotherFrequency(String frequency) {
    var other = new SeriesStateCodec(at(frequency));
    SeriesState written = state(20);

    SeriesState read = other.decode(codec.encode(written));

    assertThat(codec.encode(read)).isEqualTo(codec.encode(written));
    assertThat(read.series().spec().frequency()).isEqualTo(Frequency.parse(frequency));
  }

  private static ForecasterSpec at(String frequency) {
    return new ForecasterSpec(
        SPEC.cell(),
        SPEC.hiddenSize(),
        SPEC.layerCount(),
        SPEC.horizon(),
        SPEC.series().withFrequency(Frequency.parse(frequency)),
        SPEC.lagCount(),
        SPEC.confidences(),
        SPEC.value(),
        SPEC.windowSize());
  }

  @Test
  void shouldWriteTheVersionFirst() {
    assertThat(codec.encode(codec.fresh())[0]).isEqualTo(SeriesStateCodec.VERSION);
  }

  @Test
  void shouldRefuseEveryTruncation() {
    byte[] whole = codec.encode(state(20));

    for (int length = 0; length < whole.length; length++) {
      byte[] cut = Arrays.copyOf(whole, length);
      assertThatThrownBy(() -> codec.decode(cut))
          .as("%d of %d bytes", length, whole.length)
          .isInstanceOf(UnreadableStateException.class)
          .hasMessageContaining("cut off");
    }
  }

  @Test
  void shouldRefuseWhatIsTooLong() {
    byte[] whole = codec.encode(state(20));

    assertThat(refusal(Arrays.copyOf(whole, whole.length + 1))).isEqualTo(Reason.DAMAGED);
  }

  @Test
  void shouldRefuseALayoutOfANewerRelease() {
    byte[] newer = codec.encode(state(20));
    newer[0] = SeriesStateCodec.VERSION + 1;

    assertThatThrownBy(() -> codec.decode(newer))
        .isInstanceOf(UnreadableStateException.class)
        .hasMessageContaining("layout " + newer[0])
        .hasMessageContaining("reads layout " + SeriesStateCodec.VERSION)
        .hasMessageContaining("a newer release wrote it");
    assertThat(refusal(newer)).isEqualTo(Reason.NEWER_VERSION);
  }

  @Test
  void shouldSayThatAStateIsOlder() {
    byte[] older = codec.encode(codec.fresh());
    older[0] = SeriesStateCodec.VERSION - 1;

    assertThat(refusal(older)).isEqualTo(Reason.OLDER_VERSION);
  }

  @Test
  void shouldRefuseAnotherNetworksShape() {
    byte[] bytes = codec.encode(state(20));

    for (ForecasterSpec other :
        new ForecasterSpec[] {
          spec(CellType.GRU, 4, 8), spec(CellType.LSTM, 5, 8), spec(CellType.LSTM, 4, 9)
        }) {
      var reader = new SeriesStateCodec(other);
      assertThat(
              catchThrowableOfType(UnreadableStateException.class, () -> reader.decode(bytes))
                  .reason())
          .isEqualTo(Reason.OTHER_SHAPE);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldRefuseEveryFlippedBit(long seed) {
    byte[] whole = codec.encode(state(20));
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      byte[] damaged = whole.clone();
      int bit = random.nextInt(8 * damaged.length);
      damaged[bit / 8] ^= (byte) (1 << (bit % 8));

      assertThatThrownBy(() -> codec.decode(damaged))
          .as("seed %d, bit %d", seed, bit)
          .isInstanceOf(UnreadableStateException.class);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void shouldRefuseGarbage(long seed) {
    byte[] whole = codec.encode(state(20));
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      byte[] garbage = new byte[random.nextInt(2 * whole.length)];
      random.nextBytes(garbage);
      // Half of it with a right beginning, so that it gets further.
      System.arraycopy(whole, 0, garbage, 0, Math.min(garbage.length, round % 2 * 5));

      assertThatThrownBy(() -> codec.decode(garbage))
          .as("seed %d, round %d", seed, round)
          .isInstanceOf(UnreadableStateException.class);
    }
  }

  @Test
  void shouldNotModifyWhatItReads() {
    byte[] bytes = codec.encode(state(20));
    byte[] before = bytes.clone();

    codec.decode(bytes).series().append(1_000, 1);

    assertThat(bytes).isEqualTo(before);
  }

  private Reason refusal(byte[] bytes) {
    return catchThrowableOfType(UnreadableStateException.class, () -> codec.decode(bytes)).reason();
  }

  private SeriesState state(int events) {
    SeriesState state = codec.fresh();
    var engine = new OnlineForecaster(SPEC, null);
    for (int event = 0; event < events; event++) {
      engine.observe(state, event, event * 0.5);
    }
    return state;
  }

  private static ForecasterSpec spec(CellType cell, int hiddenSize, int windowSize) {
    return new ForecasterSpec(cell, hiddenSize, 1, 3, 0, 4, 0.9, windowSize);
  }
}
