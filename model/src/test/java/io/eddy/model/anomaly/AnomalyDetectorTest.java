package io.eddy.model.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AnomalyDetectorTest {

  private static final long FIVE_MINUTES = 300_000;

  /// Events before a change comes, on which the detector learns what is usual.
  private static final int USUAL = 3_000;

  private static final int SEEDS = 40;

  /// Series in which nothing happens.
  enum Uneventful {
    WHITE_NOISE {
      @Override
      double next(Random random, int step, double last) {
        return random.nextGaussian();
      }
    },
    RANDOM_WALK {
      @Override
      double next(Random random, int step, double last) {
        return last + random.nextGaussian();
      }
    },
    HEAVY_TAILS {
      @Override
      double next(Random random, int step, double last) {
        return random.nextGaussian() / StrictMath.sqrt(-StrictMath.log(random.nextDouble()));
      }
    },
    MEAN_REVERTING {
      @Override
      double next(Random random, int step, double last) {
        return 0.9 * last + random.nextGaussian();
      }
    },
    DAILY_WAVE {
      @Override
      double next(Random random, int step, double last) {
        return 10 * StrictMath.sin(2 * Math.PI * step / 288) + random.nextGaussian();
      }
    },
    SMALL_COUNTS {
      @Override
      double next(Random random, int step, double last) {
        return Math.floor(-2 * StrictMath.log(random.nextDouble()));
      }
    };

    abstract double next(Random random, int step, double last);
  }

  @ParameterizedTest
  @EnumSource
  void shouldRaiseAboutOneFalseAlarmInAThousandEvents(Uneventful kind) {
    int steps = 20_000;
    int alarms = 0;

    for (int seed = 0; seed < 10; seed++) {
      var random = new Random(seed);
      var key = new Key();
      double value = 0;
      for (int step = 0; step < steps; step++) {
        value = kind.next(random, step, value);
        alarms += key.observe(value).anomaly() ? 1 : 0;
      }
    }

    assertThat(1000.0 * alarms / (10 * steps)).as("alarms in 1000 events").isBetween(0.5, 2.0);
  }

  @Test
  void shouldRaiseFewerAlarmsFromAHigherThreshold() {
    var random = new Random(1);
    var usual = new AnomalyDetector();
    var strict = new AnomalyDetector(AnomalyDetector.THRESHOLD + 1.0 / 6);
    int usualAlarms = 0;
    int strictAlarms = 0;

    for (int step = 0; step < 100_000; step++) {
      double value = random.nextGaussian();
      usualAlarms += usual.observe(step * FIVE_MINUTES, value, 0, 1).anomaly() ? 1 : 0;
      strictAlarms += strict.observe(step * FIVE_MINUTES, value, 0, 1).anomaly() ? 1 : 0;
    }

    assertThat(strictAlarms).isBetween(1, usualAlarms / 2);
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.5, 1.01, Double.NaN})
  void shouldRefuseAThresholdThatNoScoreFits(double threshold) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AnomalyDetector(threshold))
        .withMessageContaining("expected above 0 and at most 1");
  }

  @Test
  void shouldNotCallACounterRareOnEveryEvent() {
    var random = new Random(1);
    var key = new Key();
    double counter = 1e12;
    int alarms = 0;

    for (int step = 0; step < 20_000; step++) {
      counter += 5 + random.nextGaussian();
      alarms += key.observe(counter).anomaly() ? 1 : 0;
    }

    assertThat(1000.0 * alarms / 20_000).as("alarms in 1000 events").isLessThan(8);
  }

  @ParameterizedTest
  @ValueSource(doubles = {-100, 0, 1e-20, 3, 1e300})
  void shouldSayNothingOfAConstant(double constant) {
    var key = new Key();

    for (int step = 0; step < 1_000; step++) {
      Verdict verdict = key.observe(constant);

      assertThat(verdict.score()).isLessThan(0.01);
      assertThat(verdict.kind()).isEqualTo(AnomalyKind.NONE);
    }
  }

  @Test
  void shouldTellASpike() {
    Changes changes = new Changes();

    for (int seed = 0; seed < SEEDS; seed++) {
      Key key = usual(seed);
      changes.add(key.observe(12), key, 20, key::noise);
    }

    assertThat(changes.atOnce).as("alarms at once").isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.first.get(AnomalyKind.SPIKE)).isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.later.get(AnomalyKind.LEVEL)).isZero();
    assertThat(changes.later.get(AnomalyKind.VARIANCE)).isLessThanOrEqualTo(SEEDS / 10);
  }

  @Test
  void shouldTellAChangeOfLevel() {
    Changes changes = new Changes();

    for (int seed = 0; seed < SEEDS; seed++) {
      Key key = usual(seed);
      changes.add(key.observe(6 + key.noise()), key, 10, () -> 6 + key.noise());
    }

    assertThat(changes.alarms).as("alarms").isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.later.get(AnomalyKind.LEVEL)).isEqualTo(SEEDS);
    assertThat(changes.later.get(AnomalyKind.VARIANCE)).isZero();
  }

  @Test
  void shouldTellAVarianceThatGrows() {
    Changes changes = new Changes();

    for (int seed = 0; seed < SEEDS; seed++) {
      Key key = usual(seed);
      changes.add(key.observe(5 * key.noise()), key, 40, () -> 5 * key.noise());
    }

    assertThat(changes.alarms).as("alarms").isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.later.get(AnomalyKind.VARIANCE)).isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.later.get(AnomalyKind.LEVEL)).isLessThanOrEqualTo(SEEDS / 5);
  }

  @Test
  void shouldTellAVarianceThatVanishes() {
    Changes changes = new Changes();

    for (int seed = 0; seed < SEEDS; seed++) {
      Key key = usual(seed);
      changes.add(key.observe(0.1), key, 40, () -> 0.1);
    }

    assertThat(changes.alarms).as("alarms").isGreaterThanOrEqualTo(SEEDS * 9 / 10);
    assertThat(changes.later.get(AnomalyKind.VARIANCE)).isEqualTo(SEEDS);
    assertThat(changes.later.get(AnomalyKind.LEVEL)).isZero();
  }

  @Test
  void shouldFindAnHourUnlikeItselfOnOtherDays() {
    int alarms = 0;

    for (int seed = 0; seed < SEEDS; seed++) {
      var key = new Key();
      for (int step = 0; step < 10 * 288; step++) {
        key.observe(day(step) + key.noise());
      }
      boolean alarm = false;
      for (int step = 0; step < 24; step++) { // noon's values at midnight: nothing new by day
        alarm |= key.observe(10 + key.noise()).anomaly();
      }
      alarms += alarm ? 1 : 0;
    }

    assertThat(alarms).isGreaterThanOrEqualTo(SEEDS * 9 / 10);
  }

  @Test
  void shouldNameTheEvidenceThatSpokeLoudest() {
    List<Evidence> far = new ArrayList<>();
    List<Evidence> frozen = new ArrayList<>();
    List<Evidence> shifted = new ArrayList<>();
    List<Evidence> atAnotherHour = new ArrayList<>();
    List<Evidence> missed = new ArrayList<>();
    for (int seed = 0; seed < SEEDS; seed++) {
      far.add(usual(seed).observe(12).evidence());
      frozen.add(firstAlarm(usual(seed), 40, () -> 0.1));
      Key wandering = usual(seed);
      shifted.add(firstAlarm(wandering, 30, () -> 1.2 + wandering.noise()));
      Key daily = new Key(seed);
      for (int step = 0; step < 10 * 288; step++) {
        daily.observe(day(step) + daily.noise());
      }
      atAnotherHour.add(firstAlarm(daily, 24, () -> 10 + daily.noise()));
      Key ordinary = usual(seed);
      missed.add(ordinary.detector.observe(ordinary.time, 0.1, 60, 1).evidence());
    }

    assertThat(mostNamed(far)).isEqualTo(Evidence.VALUE);
    assertThat(mostNamed(frozen)).isEqualTo(Evidence.VARIANCE);
    assertThat(mostNamed(shifted)).isEqualTo(Evidence.LEVEL);
    assertThat(mostNamed(atAnotherHour)).isEqualTo(Evidence.TIME_OF_DAY);
    assertThat(mostNamed(missed)).isEqualTo(Evidence.RESIDUAL);
  }

  @Test
  void shouldNameEvidenceOfWhatIsRareAndOfNothingElse() {
    var key = new Key(3);

    for (int step = 0; step < USUAL; step++) {
      Verdict verdict = key.observe(key.noise());

      assertThat(verdict.evidence() == Evidence.NONE).isEqualTo(verdict.kind() == AnomalyKind.NONE);
    }
  }

  private static Evidence mostNamed(List<Evidence> named) {
    return Arrays.stream(Evidence.values())
        .max(Comparator.comparingInt(evidence -> Collections.frequency(named, evidence)))
        .orElseThrow();
  }

  private static Evidence firstAlarm(Key key, int events, DoubleSupplier values) {
    for (int event = 0; event < events; event++) {
      Verdict verdict = key.observe(values.getAsDouble());
      if (verdict.anomaly()) {
        return verdict.evidence();
      }
    }
    return Evidence.NONE;
  }

  @Test
  void shouldMeasureTheSeverityOfASpikeInScales() {
    Key key = usual(1);

    Verdict verdict = key.detector.observe(key.time, 12, 0.5, 2);

    assertThat(verdict.kind()).isEqualTo(AnomalyKind.SPIKE);
    assertThat(verdict.severity()).isEqualTo((12 - 0.5) / 2);
  }

  @Test
  void shouldRaiseOneAlarmForAConditionThatLasts() {
    Key key = usual(1);
    int alarms = 0;

    for (int step = 0; step < 60; step++) {
      alarms += key.observe(8 + key.noise()).anomaly() ? 1 : 0;
    }

    assertThat(alarms).isEqualTo(1);
  }

  @Test
  void shouldRaiseAnotherAlarmForWhatIsMuchRarer() {
    Key key = usual(1);
    double small = 3.5;
    while (!key.observe(small).anomaly()) {
      small += 0.25;
      key.observe(key.noise());
    }

    Verdict verdict = key.observe(1_000);

    assertThat(verdict.anomaly()).isTrue();
  }

  @Test
  void shouldContinueWithTheSameBitsWhereItWasRead() {
    var random = new Random(7);
    var detector = new AnomalyDetector();
    for (int step = 0; step < 7_001; step++) {
      detector.observe(step * FIVE_MINUTES, random.nextGaussian(), 0, 1);
    }
    ByteBuffer bytes = ByteBuffer.allocate(detector.byteSize());
    detector.write(bytes);
    var copy = new AnomalyDetector();

    copy.read(bytes.flip());

    assertThat(bytes.hasRemaining()).isFalse();
    for (int step = 7_001; step < 20_000; step++) {
      double value = random.nextGaussian() * (step % 1000 == 0 ? 20 : 1);
      assertThat(copy.observe(step * FIVE_MINUTES, value, 0, 1))
          .isEqualTo(detector.observe(step * FIVE_MINUTES, value, 0, 1));
    }
    assertThat(written(copy)).isEqualTo(written(detector));
  }

  @Test
  void shouldWriteANewDetector() {
    var detector = new AnomalyDetector();

    byte[] written = written(detector);

    var copy = new AnomalyDetector();
    copy.read(ByteBuffer.wrap(written));
    assertThat(written(copy)).isEqualTo(written);
  }

  @Test
  void shouldStaySmall() {
    var key = new Key();
    int largest = 0;

    for (int step = 0; step < 30_000; step++) {
      key.observe(key.noise());
      largest = Math.max(largest, key.detector.byteSize());
    }

    assertThat(largest).isLessThanOrEqualTo(2_200);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
  void shouldLearnNothingFromWhatIsNotFinite(double value) {
    Key key = usual(1);
    byte[] before = written(key.detector);

    Verdict verdict = key.detector.observe(key.time, value, value, value);

    assertThat(verdict).isEqualTo(Verdict.NONE);
    assertThat(written(key.detector)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(doubles = {Double.MAX_VALUE, -Double.MAX_VALUE, Double.MIN_VALUE, 1e38, -0.0})
  void shouldStandTheEndsOfTheRange(double extreme) {
    Key key = usual(1);

    for (int step = 0; step < 200; step++) {
      double value = step % 5 == 0 ? extreme : step % 5 == 1 ? -extreme : key.noise();
      double scale = step % 3 == 0 ? 0 : step % 3 == 1 ? Double.NaN : extreme;
      Verdict verdict = key.detector.observe(key.time + step, value, -extreme, scale);

      assertThat(verdict.score()).isBetween(0.0, 1.0);
      assertThat(verdict.severity()).isFinite().isNotNegative();
    }
  }

  private static double day(int step) {
    return -10 * StrictMath.cos(2 * Math.PI * step / 288);
  }

  private static byte[] written(AnomalyDetector detector) {
    ByteBuffer bytes = ByteBuffer.allocate(detector.byteSize());
    detector.write(bytes);
    return bytes.array();
  }

  private static Key usual(int seed) {
    var key = new Key(seed);
    for (int step = 0; step < USUAL; step++) {
      key.observe(key.noise());
    }
    return key;
  }

  /// A key whose forecast is its last value.
  private static final class Key {
    private final AnomalyDetector detector = new AnomalyDetector();
    private final Random random;
    private double last = Double.NaN;
    private long time;

    Key() {
      this(0);
    }

    Key(int seed) {
      random = new Random(seed);
    }

    double noise() {
      return random.nextGaussian();
    }

    Verdict observe(double value) {
      Verdict verdict = detector.observe(time, value, last, 1);
      last = value;
      time += FIVE_MINUTES;
      return verdict;
    }
  }

  /// What was said of changes, over all seeds.
  private static final class Changes {
    private final Map<AnomalyKind, Integer> first = new EnumMap<>(AnomalyKind.class);
    private final Map<AnomalyKind, Integer> later = new EnumMap<>(AnomalyKind.class);
    private int atOnce;
    private int alarms;

    Changes() {
      for (AnomalyKind kind : AnomalyKind.values()) {
        first.put(kind, 0);
        later.put(kind, 0);
      }
    }

    /// @param verdict on the first event of the change
    /// @param events after it
    void add(Verdict verdict, Key key, int events, DoubleSupplier values) {
      first.merge(verdict.kind(), 1, Integer::sum);
      atOnce += verdict.anomaly() ? 1 : 0;
      boolean alarm = verdict.anomaly();
      Map<AnomalyKind, Integer> seen = new EnumMap<>(AnomalyKind.class);
      for (int event = 0; event < events; event++) {
        Verdict next = key.observe(values.getAsDouble());
        alarm |= next.anomaly();
        seen.put(next.kind(), 1);
      }
      alarms += alarm ? 1 : 0;
      seen.forEach((kind, one) -> later.merge(kind, one, Integer::sum));
    }
  }
}
