package io.eddy.processors.training;

import static org.assertj.core.api.Assertions.assertThat;

import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.series.Absence;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.SeriesHistory;
import io.eddy.processors.state.SeriesStateCodec;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TrainingDataTest {
  private static final int WINDOW = 4;
  private static final byte[] NONE = {};
  private static final ForecasterSpec SPEC =
      new ForecasterSpec(CellType.GRU, 3, 1, 2, 0, 4, 0.9, WINDOW);

  private final SeriesStateCodec codec = new SeriesStateCodec(SPEC);

  @Test
  void shouldJoinContiguousWindows() {
    var data = join(window("a", 0, 0), window("a", 1, 1), window("a", 2, 2));

    assertThat(names(data)).containsExactly("a@0");
    assertThat(data.windowCount()).isEqualTo(3);
    assertThat(data.newestTime()).isEqualTo(11);
  }

  @Test
  void shouldStartARunAfterAGap() {
    var data = join(window("a", 0, 0), window("a", 2, 2), window("a", 3, 3));

    assertThat(names(data)).containsExactly("a@0", "a@8");
    assertThat(data.seriesCount()).isEqualTo(1);
  }

  @Test
  void shouldTakeAWindowOnceThatIsInTwoSlots() {
    var data = join(window("a", 0, 0), window("a", 0, 16), window("a", 1, 1));

    assertThat(names(data)).containsExactly("a@0");
    assertThat(data.windowCount()).isEqualTo(2);
  }

  @Test
  void shouldNotJoinTwoLivesOfAKey() {
    var oldLife = window("a", 1, 1);
    var newLife =
        new StoredWindow(key("a", 0), 9, 0, 0, times(100), values(), absences(), NONE, anchor(0));

    var data = join(oldLife, newLife);

    assertThat(names(data)).containsExactly("a@0", "a@4");
  }

  @Test
  void shouldReplayTheCovariatesOfItsWindows() {
    var covariates = CovariateSpec.observed("temperature");
    var spec =
        new ForecasterSpec(
            CellType.GRU,
            3,
            1,
            2,
            SeriesSpec.naive(0).withCovariates(covariates),
            4,
            List.of(0.9),
            ForecastValue.MEDIAN,
            WINDOW);
    var covariateCodec = new SeriesStateCodec(spec);
    SeriesState live = covariateCodec.fresh();
    List<StoredWindow> windows = new ArrayList<>();
    for (int number = 0; number < 3; number++) {
      byte[] anchor = covariateCodec.encode(live);
      var rows = ByteBuffer.allocate(WINDOW * Double.BYTES);
      for (long time : times((long) number * WINDOW)) {
        double temperature = time == 6 ? Double.NaN : 20 + time * time;
        rows.putDouble(temperature);
        live.series().append(time, values()[(int) time % WINDOW], new double[] {temperature});
      }
      windows.add(
          new StoredWindow(
              key("a", number),
              number,
              number,
              (long) number * WINDOW,
              times((long) number * WINDOW),
              values(),
              absences(),
              rows.array(),
              anchor));
    }
    var other =
        new StoredWindow(
            key("a", 3), 3, 3, 3 * WINDOW, times(12), values(), absences(), NONE, new byte[0]);
    windows.add(other);

    var data = TrainingData.join(windows, 0, covariateCodec);

    // The last window has no covariates, so it starts a run of its own, which cannot be used.
    assertThat(names(data)).containsExactly("a@0");
    assertThat(data.unreadable()).isEqualTo(1);
    var expected =
        new SeriesHistory(
            "a@0",
            covariateCodec.fresh().series(),
            new long[] {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
            new double[] {1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4},
            Stream.of(absences(), absences(), absences())
                .flatMap(Arrays::stream)
                .toArray(Absence[]::new),
            new double[] {20, 21, 24, 29, 36, 45, Double.NaN, 69, 84, 101, 120, 141});
    assertThat(data.histories().getFirst())
        .usingRecursiveComparison()
        .withComparatorForType(Double::compare, Double.class)
        .isEqualTo(expected);
  }

  @Test
  void shouldTakeTheNewestWindowsOfAllSeriesWhenTheirNumberIsLimited() {
    List<StoredWindow> windows =
        new ArrayList<>(
            List.of(
                window("a", 0, 0),
                window("a", 1, 1),
                window("a", 1, 17),
                window("b", 1, 1),
                window("b", 2, 2),
                window("b", 3, 3)));
    for (long seed = 0; seed < 20; seed++) {
      Collections.shuffle(windows, new Random(seed));

      var data = TrainingData.join(windows, 3, codec);

      // Of the two that end at the same time, the first series' is taken.
      assertThat(names(data)).as("seed %d", seed).containsExactly("a@4", "b@8");
      assertThat(data.windowCount()).isEqualTo(3);
    }
  }

  @Test
  void shouldOrderBySeries() {
    var data = join(window("b", 0, 0), window("a", 3, 3), window("ab", 1, 1));

    assertThat(names(data)).containsExactly("a@12", "ab@4", "b@0");
    assertThat(data.seriesCount()).isEqualTo(3);
  }

  @Test
  void shouldNotDependOnTheOrderOfItsWindows() {
    List<StoredWindow> windows = new ArrayList<>();
    for (String series : new String[] {"a", "b", "c"}) {
      for (int number : new int[] {0, 1, 2, 5, 6}) {
        windows.add(window(series, number, number));
        windows.add(window(series, number, 16 + number));
      }
    }
    List<String> expected = names(TrainingData.join(windows, 0, codec));
    for (long seed = 0; seed < 20; seed++) {
      Collections.shuffle(windows, new Random(seed));

      assertThat(names(TrainingData.join(windows, 0, codec)))
          .as("seed %d", seed)
          .isEqualTo(expected);
    }
  }

  @Test
  void shouldStartAtTheFirstWindowWhoseAnchorItCanRead() {
    var foreign =
        new StoredWindow(
            key("a", 0), 0, 0, 0, times(0), values(), absences(), NONE, new byte[] {9});

    var data = join(foreign, window("a", 1, 1));

    assertThat(names(data)).containsExactly("a@4");
    assertThat(data.unreadable()).isEqualTo(1);
  }

  @Test
  void shouldNameAKeyThatIsNoTextByItsBytes() {
    byte[] key = HistoryKey.of(0, new byte[] {(byte) 0xff, 0x00});

    var data =
        join(new StoredWindow(key, 0, 0, 0, times(0), values(), absences(), NONE, anchor(0)));

    assertThat(names(data)).containsExactly("ff00@0");
  }

  private TrainingData join(StoredWindow... windows) {
    return TrainingData.join(List.of(windows), 0, codec);
  }

  private static List<String> names(TrainingData data) {
    return data.histories().stream().map(SeriesHistory::name).toList();
  }

  private StoredWindow window(String series, int number, int slot) {
    return new StoredWindow(
        key(series, slot),
        number,
        number,
        (long) number * WINDOW,
        times((long) number * WINDOW),
        values(),
        absences(),
        NONE,
        anchor(number * WINDOW));
  }

  private static byte[] key(String series, int slot) {
    return HistoryKey.of(slot, series.getBytes(StandardCharsets.UTF_8));
  }

  private static long[] times(long first) {
    return new long[] {first, first + 1, first + 2, first + 3};
  }

  private static double[] values() {
    return new double[] {1, 2, 3, 4};
  }

  private static Absence[] absences() {
    return new Absence[] {Absence.NONE, Absence.NONE, Absence.NONE, Absence.NONE};
  }

  private byte[] anchor(int steps) {
    SeriesState state = codec.fresh();
    for (int step = 0; step < steps; step++) {
      state.series().append(step, step);
    }
    return codec.encode(state);
  }
}
