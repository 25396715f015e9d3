package io.eddy.model.series;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SeriesSpecTest {

  private static final ZoneId UTC = ZoneId.of("UTC");

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void shouldComeBackFromItsMetadata(long seed) {
    var random = new SplittableRandom(seed);
    for (int i = 0; i < 200; i++) {
      List<Integer> seasons = new ArrayList<>();
      int season = 1;
      for (int count = random.nextInt(3); count > 0; count--) {
        season = random.nextInt(season + 1, 5_000 * (1 + seasons.size()));
        seasons.add(season);
      }
      List<CalendarFeature> calendar = new ArrayList<>(List.of(CalendarFeature.values()));
      calendar.removeIf(feature -> random.nextBoolean());
      var spec =
          new SeriesSpec(
              seasons,
              random.nextBoolean() ? BaseForecast.MIX : BaseForecast.NAIVE,
              random.nextInt(3) == 0 ? 0 : random.nextDouble(),
              random.nextBoolean() ? ScaleUnit.DIFFERENCE : ScaleUnit.DEVIATION,
              random.nextBoolean(),
              calendar,
              ZoneId.of(random.nextBoolean() ? "Europe/Berlin" : "+05:30"),
              List.of(
                      new Frequency.EveryEvent(),
                      new Frequency.Inferred(),
                      new Frequency.Every(Duration.ofMillis(1 + random.nextLong(1L << 40))))
                  .get(random.nextInt(3)),
              covariates(random));

      assertThat(SeriesSpec.fromMetadata(spec.toMetadata())).as("seed %d", seed).isEqualTo(spec);
    }
  }

  private static CovariateSpec covariates(SplittableRandom random) {
    List<String> names = new ArrayList<>(List.of("temperature", "sky.cloudy", "load"));
    names.removeIf(name -> random.nextBoolean());
    int observed = random.nextInt(names.size() + 1);
    var numbers =
        new CovariateSpec(names.subList(0, observed), names.subList(observed, names.size()));
    return switch (random.nextInt(3)) {
      case 0 -> numbers.withEmbedding(new EmbeddingSpec("key", 2 + random.nextInt(99), 3));
      case 1 -> numbers.withEmbedding(new EmbeddingSpec("shop.region", 4096, 8));
      default -> numbers;
    };
  }

  /// Checkpoints and states of before covariates say nothing of them, and stay what they are.
  @Test
  void shouldSayNothingOfCovariatesWhereThereAreNone() {
    Map<String, String> metadata = SeriesSpec.naive(7).toMetadata();

    assertThat(metadata.keySet())
        .noneMatch(key -> key.contains("covariates") || key.contains("embedding"));
    assertThat(SeriesSpec.fromMetadata(metadata).covariates()).isEqualTo(CovariateSpec.NONE);
  }

  @ParameterizedTest
  @CsvSource({
    "'a;a','covariates are [a, a], expected each of them once'",
    "'a,b','named \"a,b\", expected a name without a comma'",
    "' ','named \" \"'"
  })
  void shouldRefuseCovariatesThatHaveNoNameOfTheirOwn(String names, String message) {
    List<String> observed = List.of(names.split(";"));

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new CovariateSpec(observed.subList(0, 1), observed.subList(1, observed.size())))
        .withMessageContaining(message);
  }

  @Test
  void shouldRefuseMoreCovariatesThanAKeyShouldCarry() {
    List<String> many = IntStream.range(0, 33).mapToObj(i -> "c" + i).toList();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CovariateSpec(many.subList(0, 7), many.subList(7, 33)))
        .withMessageContaining("there are 33 covariates, expected at most 32");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0"})
  void shouldReadNoSeasonAsNone(String none) {
    Map<String, String> metadata = new HashMap<>(SeriesSpec.naive(7).toMetadata());
    metadata.put("eddy.season", none);

    assertThat(SeriesSpec.fromMetadata(metadata)).isEqualTo(SeriesSpec.naive(0));
  }

  @Test
  void shouldCorrectTheNaiveForecastAndNothingElseByDefault() {
    var plain =
        new SeriesSpec(
            List.of(7),
            BaseForecast.NAIVE,
            1,
            ScaleUnit.DIFFERENCE,
            false,
            List.of(),
            UTC,
            new Frequency.Inferred(),
            CovariateSpec.NONE);

    assertThat(SeriesSpec.naive(7)).isEqualTo(plain);
    assertThat(SeriesSpec.naive(0).seasons()).isEmpty();
    assertThat(SeriesSpec.of(List.of(7), BaseForecast.NAIVE)).isEqualTo(plain);
  }

  @Test
  void shouldChangeOneThingAtATime() {
    SeriesSpec spec = SeriesSpec.of(List.of(24, 168), BaseForecast.MIX);
    List<CalendarFeature> hours = List.of(CalendarFeature.HOUR_OF_DAY);
    var weather = new CovariateSpec(List.of("temperature"), List.of("price", "sky.cloudy"));
    ZoneId tokyo = ZoneId.of("Asia/Tokyo");

    SeriesSpec changed =
        spec.withPower(0)
            .withScale(ScaleUnit.DEVIATION)
            .withNonNegative(true)
            .withCalendar(hours, tokyo)
            .withFrequency(new Frequency.EveryEvent())
            .withCovariates(weather);

    assertThat(changed)
        .isEqualTo(
            new SeriesSpec(
                List.of(24, 168),
                BaseForecast.MIX,
                0,
                ScaleUnit.DEVIATION,
                true,
                hours,
                tokyo,
                new Frequency.EveryEvent(),
                weather));
    assertThat(changed.longestSeason()).isEqualTo(168);
    assertThat(SeriesSpec.naive(0).longestSeason()).isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "'1',season is 1",
    "'-1',season is -1",
    "'10001',season is 10001",
    "'24,12','seasons is [24, 12], expected the shorter first'",
    "'24,24','seasons is [24, 24], expected the shorter first'",
    "'2,3,4','seasons is [2, 3, 4], expected at most two'"
  })
  void shouldRefuseSeasonsThatAreNone(String seasons, String message) {
    List<Integer> steps = List.of(seasons.split(",")).stream().map(Integer::valueOf).toList();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeriesSpec.of(steps, BaseForecast.NAIVE))
        .withMessageContaining(message)
        .withMessageContaining("expected");
  }

  @ParameterizedTest
  @ValueSource(doubles = {-0.1, 1.1, Double.NaN})
  void shouldRefuseAPowerOutOfRange(double power) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeriesSpec.naive(0).withPower(power))
        .withMessage("power is " + power + ", expected 0 (logarithm) to 1 (no transform)");
  }

  @ParameterizedTest
  @CsvSource({
    "eddy.season,daily,whole numbers",
    "eddy.season,'24,',whole numbers",
    "eddy.base,drift,'one of [naive, median, mix]'",
    "eddy.power,half,a number",
    "eddy.scale,metre,'one of [difference, deviation, error]'",
    "eddy.nonnegative,yes,true or false",
    "eddy.calendar,easter,'one of [hour_of_day, day_of_week, day_of_year]'",
    "eddy.zone,Mars/Base,a time zone such as UTC",
    "eddy.frequency,hourly,'auto, events, or an ISO 8601 duration'"
  })
  void shouldSayWhichMetadataMakesNoSpec(String key, String value, String expected) {
    Map<String, String> missing = new HashMap<>(SeriesSpec.naive(7).toMetadata());
    missing.remove(key);
    Map<String, String> wrong = new HashMap<>(SeriesSpec.naive(7).toMetadata());
    wrong.put(key, value);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeriesSpec.fromMetadata(missing))
        .withMessage("the metadata has no " + key);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeriesSpec.fromMetadata(wrong))
        .withMessageContaining(key + " is ")
        .withMessageContaining("expected " + expected);
  }

  @Test
  void shouldNotChangeWithTheListsItWasMadeFrom() {
    List<Integer> seasons = new ArrayList<>(List.of(7));
    List<CalendarFeature> calendar = new ArrayList<>(List.of(CalendarFeature.DAY_OF_WEEK));
    SeriesSpec spec = SeriesSpec.of(seasons, BaseForecast.MIX).withCalendar(calendar, UTC);

    seasons.clear();
    calendar.clear();

    assertThat(spec.seasons()).containsExactly(7);
    assertThat(spec.calendar()).containsExactly(CalendarFeature.DAY_OF_WEEK);
  }
}
