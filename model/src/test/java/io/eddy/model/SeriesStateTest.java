package io.eddy.model;

import static io.eddy.model.Examples.bytes;
import static io.eddy.model.Examples.numbers;
import static io.eddy.model.Examples.observe;
import static io.eddy.model.Examples.randomForecaster;
import static io.eddy.model.Examples.spec;
import static io.eddy.model.Examples.walk;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.Forecaster;
import io.eddy.model.network.ForecasterSpec;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesStateTest {

  @Test
  void shouldStartWithoutPast() {
    var state = new SeriesState(spec(CellType.LSTM, 3, 0));

    assertThat(state.series().steps()).isZero();
    assertThat(state.decision()).isZero();
    assertThat(state.version()).isZero();
    assertThat(state.sourcePartition()).isEqualTo(-1);
    assertThat(state.sourceOffset()).isEqualTo(-1);
    assertThat(state.takeWindowScore()).isEqualTo(new WindowScore(0, 0, 0, 0, 0, 0, 0, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "LSTM,0",
    "LSTM,1",
    "LSTM,17",
    "LSTM,18",
    "LSTM,19",
    "LSTM,100",
    "GRU,7",
    "ELMAN,200"
  })
  void shouldAnswerOnAsIfItHadNeverBeenStored(CellType cell, int events) {
    ForecasterSpec spec = spec(cell, 3, 4);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    var kept = new SeriesState(spec);
    if (events > 0) {
      observe(engine, kept, walk(events, 50));
    }
    kept.stamp(12, 3);
    kept.position(2, 1L << 40);

    SeriesState read = SeriesState.read(ByteBuffer.wrap(bytes(kept)), spec);

    assertThat(bytes(read)).isEqualTo(bytes(kept));
    assertThat(read.decision()).isEqualTo(12);
    assertThat(read.version()).isEqualTo(3);
    assertThat(read.sourcePartition()).isEqualTo(2);
    assertThat(read.sourceOffset()).isEqualTo(1L << 40);
    for (double value : walk(60, 51)) {
      assertThat(numbers(observe(engine, read, value)))
          .isEqualTo(numbers(observe(engine, kept, value)));
      assertThat(bytes(read)).isEqualTo(bytes(kept));
    }
    assertThat(read.takeWindowScore()).isEqualTo(kept.takeWindowScore());
  }

  @Test
  void shouldBeStoredAfterEveryEventWithoutADifference() {
    ForecasterSpec spec = spec(CellType.LSTM, 5, 3);
    var engine = new OnlineForecaster(spec, randomForecaster(spec, 9));
    var kept = new SeriesState(spec);
    var stored = new SeriesState(spec);

    for (double value : walk(200, 52)) {
      Answer expected = observe(engine, kept, value);
      Answer answer = observe(engine, stored, value);
      stored = SeriesState.read(ByteBuffer.wrap(bytes(stored)), spec);

      assertThat(numbers(answer)).isEqualTo(numbers(expected));
    }
    assertThat(bytes(stored)).isEqualTo(bytes(kept));
  }

  @Test
  void shouldNotReadWhatFollowsItInTheBuffer() {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var state = new SeriesState(spec);
    observe(new OnlineForecaster(spec, null), state, walk(20, 50));
    ByteBuffer buffer = ByteBuffer.allocate(state.byteSize() + 6);
    buffer.putShort((short) 5);
    state.write(buffer);
    buffer.putInt(42).flip().position(2);

    SeriesState read = SeriesState.read(buffer, spec);

    assertThat(bytes(read)).isEqualTo(bytes(state));
    assertThat(buffer.getInt()).isEqualTo(42);
  }

  static Stream<Arguments> otherShapes() {
    return Stream.of(
        Arguments.of(new ForecasterSpec(CellType.GRU, 8, 2, 4, 3, 5, 0.9, 10), "cell"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 9, 2, 4, 3, 5, 0.9, 10), "hidden size is 8"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 8, 1, 4, 3, 5, 0.9, 10), "layer count is 2"),
        // As many floats as before, and yet another network.
        Arguments.of(
            new ForecasterSpec(CellType.LSTM, 16, 1, 4, 3, 5, 0.9, 10), "hidden size is 8"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 8, 2, 5, 3, 5, 0.9, 10), "horizon is 4"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 8, 2, 4, 2, 5, 0.9, 10), "season is 3"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 8, 2, 4, 3, 9, 0.9, 10), "ring is 18"),
        Arguments.of(new ForecasterSpec(CellType.LSTM, 8, 2, 4, 3, 5, 0.9, 11), "ring is 18"));
  }

  @ParameterizedTest
  @MethodSource("otherShapes")
  void shouldRefuseTheStateOfAnotherNetworkAndSayWhatDiffers(ForecasterSpec other, String what) {
    ForecasterSpec spec = new ForecasterSpec(CellType.LSTM, 8, 2, 4, 3, 5, 0.9, 10);
    byte[] bytes = bytes(new SeriesState(spec));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeriesState.read(ByteBuffer.wrap(bytes), other))
        .withMessageContaining(what)
        .withMessageContaining("expects")
        .withMessageContaining("another network");
  }

  @ParameterizedTest
  @EnumSource(CellType.class)
  void shouldRefuseAStateThatEndsTooEarlyWhereverItEnds(CellType cell) {
    long seed = 60L + cell.code();
    var random = new SplittableRandom(seed);
    for (int example = 0; example < 5; example++) {
      ForecasterSpec spec =
          new ForecasterSpec(
              cell,
              random.nextInt(1, 9),
              random.nextInt(1, 3),
              random.nextInt(1, 5),
              random.nextInt(2, 5),
              random.nextInt(1, 5),
              0.9,
              random.nextInt(2, 6));
      Forecaster forecaster = randomForecaster(spec, seed);
      var state = new SeriesState(spec);
      observe(new OnlineForecaster(spec, forecaster), state, walk(random.nextInt(1, 30), seed));
      byte[] bytes = bytes(state);

      for (int length = 0; length < bytes.length; length++) {
        ByteBuffer cut = ByteBuffer.wrap(Arrays.copyOf(bytes, length));
        assertThatExceptionOfType(BufferUnderflowException.class)
            .as("%d of %d bytes of %s, seed %d", length, bytes.length, spec, seed)
            .isThrownBy(() -> SeriesState.read(cut, spec));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldReadDamagedBytesAsTheyAreOrRefuseThem(long seed) {
    ForecasterSpec spec = spec(CellType.LSTM, 3, 4);
    var state = new SeriesState(spec);
    observe(new OnlineForecaster(spec, randomForecaster(spec, seed)), state, walk(20, seed));
    byte[] whole = bytes(state);
    var random = new SplittableRandom(seed);

    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = whole.clone();
      int at = random.nextInt(damaged.length);
      damaged[at] ^= (byte) random.nextInt(1, 256);
      SeriesState read;
      try {
        read = SeriesState.read(ByteBuffer.wrap(damaged), spec);
      } catch (IllegalArgumentException | BufferUnderflowException e) {
        continue;
      }
      // Nothing is lost or made up: what is read is what is written again.
      byte[] again = bytes(read);
      assertThat(Arrays.equals(again, 0, again.length, damaged, 0, again.length))
          .as("byte %d of %d, seed %d", at, damaged.length, seed)
          .isTrue();
    }
  }
}
