package io.eddy.processors.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CalendarFeature;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.model.series.Frequency;
import io.eddy.model.series.ScaleUnit;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.TrainingSettings;
import io.eddy.processors.token.TextTokenizer;
import io.eddy.processors.topic.Topics;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.internals.CachingKeyValueStore;
import org.apache.kafka.streams.state.internals.WrappedStateStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProcessorsConfigTest {

  /// Every key, and what it is if nobody sets it.
  private static final Map<String, Object> DEFAULTS =
      Map.ofEntries(
          Map.entry("eddy.input.topic", ""),
          Map.entry("eddy.input.format", "avro"),
          Map.entry("eddy.job", "forecast"),
          Map.entry("eddy.input.value.field", "value"),
          Map.entry("eddy.input.label.field", "label"),
          Map.entry("eddy.input.tags.field", "tags"),
          Map.entry("eddy.input.translation.field", "translation"),
          Map.entry("eddy.input.caption.field", "caption"),
          Map.entry("eddy.input.time.field", ""),
          Map.entry("eddy.input.time.ahead.max.ms", 86_400_000L),
          Map.entry("eddy.input.null", "dead-letter"),
          Map.entry("eddy.covariates", ""),
          Map.entry("eddy.covariates.known", ""),
          Map.entry("eddy.embedding", ""),
          Map.entry("eddy.embedding.rows", 4096),
          Map.entry("eddy.embedding.size", 8),
          Map.entry("eddy.topic.prefix", ""),
          Map.entry("eddy.topic.forecasts", ""),
          Map.entry("eddy.topic.history", ""),
          Map.entry("eddy.topic.scores", ""),
          Map.entry("eddy.topic.candidates", ""),
          Map.entry("eddy.topic.models", ""),
          Map.entry("eddy.topic.dead.letters", ""),
          Map.entry("eddy.topic.control", ""),
          Map.entry("eddy.topic.replication.factor", -1),
          Map.entry("eddy.cell", "lstm"),
          Map.entry("eddy.hidden.size", 32),
          Map.entry("eddy.layer.count", 1),
          Map.entry("eddy.ensemble", 1),
          Map.entry("eddy.head", "quantiles"),
          Map.entry("eddy.horizon", 8),
          Map.entry("eddy.season", "0"),
          Map.entry("eddy.base", "mix"),
          Map.entry("eddy.power", 1.0),
          Map.entry("eddy.scale", "difference"),
          Map.entry("eddy.nonnegative", false),
          Map.entry("eddy.calendar", ""),
          Map.entry("eddy.zone", "UTC"),
          Map.entry("eddy.frequency", "auto"),
          Map.entry("eddy.lag.count", -1),
          Map.entry("eddy.confidence", "0.9"),
          Map.entry("eddy.forecast.value", "median"),
          Map.entry("eddy.seed", 42L),
          Map.entry("eddy.text.embedding.size", 32),
          Map.entry("eddy.text.message.bytes.max", 4096),
          Map.entry("eddy.text.ring", 256),
          Map.entry("eddy.text.anomaly.chance", 0.001),
          Map.entry("eddy.text.tokenizer", "words"),
          Map.entry("eddy.text.tokens.max", 128),
          Map.entry("eddy.text.vocabulary.max", 20_000),
          Map.entry("eddy.text.dropout", 0.4),
          Map.entry("eddy.complete.bytes.max", 200),
          Map.entry("eddy.complete.count", 1),
          Map.entry("eddy.complete.temperature", 0.7),
          Map.entry("eddy.complete.top.k", 0),
          Map.entry("eddy.complete.top.p", 1.0),
          Map.entry("eddy.complete.beams", 0),
          Map.entry("eddy.complete.stop", ""),
          Map.entry("eddy.translate.merges", 5000),
          Map.entry("eddy.translate.beams", 4),
          Map.entry("eddy.translate.length.max", 64),
          Map.entry("eddy.caption.features", 0),
          Map.entry("eddy.caption.cells.max", 64),
          Map.entry("eddy.caption.beams", 1),
          Map.entry("eddy.caption.length.max", 32),
          Map.entry("eddy.window.size", 64),
          Map.entry("eddy.history.slots", 16),
          Map.entry("eddy.history.reservoir.slots", 4),
          Map.entry("eddy.training.enabled", true),
          Map.entry("eddy.training.windows.min", 4),
          Map.entry("eddy.training.windows.max", 0),
          Map.entry("eddy.training.start", "champion"),
          Map.entry("eddy.training.growth", 1.0),
          Map.entry("eddy.training.quorum", 0.5),
          Map.entry("eddy.training.round.wait.ms", 600_000L),
          Map.entry("eddy.training.epochs.max", TrainingSettings.defaults().maxEpochs()),
          Map.entry("eddy.training.updates.max", TrainingSettings.defaults().maxUpdates()),
          Map.entry("eddy.training.truncation", TrainingSettings.defaults().truncation()),
          Map.entry("eddy.training.batch.size", TrainingSettings.defaults().batchSize()),
          Map.entry("eddy.training.learning.rate", TrainingSettings.defaults().learningRate()),
          Map.entry("eddy.training.clip.norm", TrainingSettings.defaults().clipNorm()),
          Map.entry("eddy.training.patience", TrainingSettings.defaults().patience()),
          Map.entry(
              "eddy.training.validation.share", TrainingSettings.defaults().validationShare()),
          Map.entry("eddy.training.threads", 1),
          Map.entry("eddy.training.heap.bytes", 268_435_456L),
          Map.entry("eddy.models.kept", 3),
          Map.entry("eddy.training.schedule", ""),
          Map.entry("eddy.drift.enabled", true),
          Map.entry("eddy.drift.threshold", 8.0),
          Map.entry("eddy.promotion", "trial"),
          Map.entry("eddy.promotion.gain.min", 0.01),
          Map.entry("eddy.trial.share", 0.1),
          Map.entry("eddy.trial.keys.min", 64),
          Map.entry("eddy.trial.block.ms", 0L),
          Map.entry("eddy.trial.blocks.max", 200),
          Map.entry("eddy.trial.idle.ms", 2_592_000_000L),
          Map.entry("eddy.rewarm.share", 0.2),
          Map.entry("eddy.registry.wait.max.ms", 5000L),
          Map.entry("eddy.warm.up.max.ms", 2000L),
          Map.entry("eddy.store.type", "rocksdb"),
          Map.entry("eddy.state.ttl", ""));

  /// Every key with another value, and what its accessor must then say.
  private static final Map<String, Mapping> MAPPINGS =
      Map.ofEntries(
          mapping("eddy.input.topic", "load", ProcessorsConfig::inputTopic, Optional.of("load")),
          mapping("eddy.input.format", "json", ProcessorsConfig::inputFormat, InputFormat.JSON),
          mapping("eddy.job", "language-model", ProcessorsConfig::job, Job.LANGUAGE_MODEL),
          mapping(
              "eddy.input.label.field", "a.b", ProcessorsConfig::labelField, Optional.of("a.b")),
          mapping("eddy.input.tags.field", "t", ProcessorsConfig::tagsField, "t"),
          mapping("eddy.input.translation.field", "de", ProcessorsConfig::translationField, "de"),
          mapping("eddy.input.caption.field", "said", ProcessorsConfig::captionField, "said"),
          mapping("eddy.input.value.field", "a.b", ProcessorsConfig::valueField, "a.b"),
          mapping("eddy.input.time.field", "ts", ProcessorsConfig::timeField, Optional.of("ts")),
          mapping(
              "eddy.input.time.ahead.max.ms",
              "1000",
              ProcessorsConfig::timeAheadMax,
              Duration.ofSeconds(1)),
          mapping("eddy.input.null", "forget", ProcessorsConfig::inputNull, NullMeaning.FORGET),
          mapping(
              "eddy.covariates",
              "temperature, sky.cloudy",
              series(spec -> spec.covariates().observed()),
              List.of("temperature", "sky.cloudy")),
          mapping(
              "eddy.covariates.known",
              "promotion,price.net",
              series(spec -> spec.covariates().known()),
              List.of("promotion", "price.net")),
          mapping(
              "eddy.embedding",
              "region",
              series(spec -> Optional.ofNullable(spec.covariates().embedding())),
              Optional.of(new EmbeddingSpec("region", 4096, 8))),
          mapping("eddy.embedding.rows", "7", config -> config.embedding("region").rows(), 7),
          mapping("eddy.embedding.size", "3", config -> config.embedding("region").size(), 3),
          mapping("eddy.topic.prefix", "p", ProcessorsConfig::topics, Topics.withPrefix("p")),
          mapping("eddy.topic.forecasts", "f", config -> config.topics().forecasts(), "f"),
          mapping("eddy.topic.history", "h", config -> config.topics().history(), "h"),
          mapping("eddy.topic.scores", "s", config -> config.topics().scores(), "s"),
          mapping("eddy.topic.candidates", "c", config -> config.topics().candidates(), "c"),
          mapping("eddy.topic.models", "m", config -> config.topics().models(), "m"),
          mapping("eddy.topic.dead.letters", "d", config -> config.topics().deadLetters(), "d"),
          mapping("eddy.topic.control", "o", config -> config.topics().control(), "o"),
          mapping(
              "eddy.topic.replication.factor", "3", ProcessorsConfig::replicationFactor, (short) 3),
          mapping("eddy.cell", "GRU", config -> config.forecasterSpec().cell(), CellType.GRU),
          mapping("eddy.hidden.size", "48", config -> config.forecasterSpec().hiddenSize(), 48),
          mapping("eddy.layer.count", "2", config -> config.forecasterSpec().layerCount(), 2),
          mapping("eddy.ensemble", "3", config -> config.forecasterSpec().ensemble(), 3),
          mapping(
              "eddy.head", "student-t", config -> config.forecasterSpec().head(), Head.STUDENT_T),
          mapping("eddy.horizon", "12", config -> config.forecasterSpec().horizon(), 12),
          mapping("eddy.season", "6,24", series(SeriesSpec::seasons), List.of(6, 24)),
          mapping("eddy.base", "naive", series(SeriesSpec::base), BaseForecast.NAIVE),
          mapping("eddy.power", "0.5", series(SeriesSpec::power), 0.5),
          mapping("eddy.scale", "Deviation", series(SeriesSpec::scale), ScaleUnit.DEVIATION),
          mapping("eddy.nonnegative", "true", series(SeriesSpec::nonNegative), true),
          mapping(
              "eddy.calendar",
              "hour_of_day, day_of_week",
              series(SeriesSpec::calendar),
              List.of(CalendarFeature.HOUR_OF_DAY, CalendarFeature.DAY_OF_WEEK)),
          mapping(
              "eddy.frequency",
              "PT5M",
              series(SeriesSpec::frequency),
              new Frequency.Every(Duration.ofMinutes(5))),
          mapping("eddy.zone", "Asia/Tokyo", series(SeriesSpec::zone), ZoneId.of("Asia/Tokyo")),
          mapping("eddy.lag.count", "5", config -> config.forecasterSpec().lagCount(), 5),
          mapping(
              "eddy.confidence",
              "0.8, 0.95",
              config -> config.forecasterSpec().confidences(),
              List.of(0.8, 0.95)),
          mapping(
              "eddy.forecast.value",
              "mean",
              config -> config.forecasterSpec().value(),
              ForecastValue.MEAN),
          mapping("eddy.seed", "-7", ProcessorsConfig::seed, -7L),
          mapping(
              "eddy.text.embedding.size",
              "16",
              config -> config.languageModelSpec().embeddingSize(),
              16),
          mapping("eddy.text.message.bytes.max", "100", ProcessorsConfig::textMessageBytesMax, 100),
          mapping("eddy.text.ring", "512", ProcessorsConfig::textRing, 512),
          mapping("eddy.text.anomaly.chance", "0.01", ProcessorsConfig::textAnomalyChance, 0.01),
          mapping(
              "eddy.text.tokenizer",
              "whitespace",
              ProcessorsConfig::textTokenizer,
              TextTokenizer.WHITESPACE),
          mapping("eddy.text.tokens.max", "9", ProcessorsConfig::textTokensMax, 9),
          mapping(
              "eddy.text.vocabulary.max",
              "99",
              config -> config.classifierSettings(1, 1).vocabularyMax(),
              99),
          mapping(
              "eddy.text.dropout", "0.1", config -> config.taggerSettings(1, 1).dropout(), 0.1f),
          mapping(
              "eddy.complete.bytes.max", "9", config -> config.completionSettings().bytesMax(), 9),
          mapping("eddy.complete.count", "3", config -> config.completionSettings().count(), 3),
          mapping(
              "eddy.complete.temperature",
              "0",
              config -> config.completionSettings().temperature(),
              0.0),
          mapping("eddy.complete.top.k", "5", config -> config.completionSettings().topK(), 5),
          mapping("eddy.complete.top.p", "0.9", config -> config.completionSettings().topP(), 0.9),
          mapping("eddy.complete.beams", "4", config -> config.completionSettings().beams(), 4),
          mapping("eddy.complete.stop", ".", config -> config.completionSettings().stop(), "."),
          mapping(
              "eddy.translate.merges", "0", config -> config.translatorSettings(1, 1).merges(), 0),
          mapping("eddy.translate.beams", "7", ProcessorsConfig::translateBeams, 7),
          mapping(
              "eddy.translate.length.max",
              "9",
              config -> config.translatorSettings(1, 1).targetLengthMax(),
              9),
          mapping("eddy.caption.features", "12", ProcessorsConfig::captionFeatures, 12),
          mapping("eddy.caption.cells.max", "16", ProcessorsConfig::captionCellsMax, 16),
          mapping("eddy.caption.beams", "3", ProcessorsConfig::captionBeams, 3),
          mapping("eddy.caption.length.max", "9", ProcessorsConfig::captionLengthMax, 9),
          mapping("eddy.window.size", "32", ProcessorsConfig::windowSize, 32),
          mapping("eddy.history.slots", "9", ProcessorsConfig::historySlots, 9),
          mapping("eddy.history.reservoir.slots", "0", ProcessorsConfig::historyReservoirSlots, 0),
          mapping("eddy.training.enabled", "false", ProcessorsConfig::trainingEnabled, false),
          mapping("eddy.training.windows.min", "7", ProcessorsConfig::trainingWindowsMin, 7),
          mapping("eddy.training.windows.max", "70", ProcessorsConfig::trainingWindowsMax, 70),
          mapping(
              "eddy.training.start",
              "scratch",
              ProcessorsConfig::trainingStart,
              TrainingStart.SCRATCH),
          mapping("eddy.training.growth", "0.5", ProcessorsConfig::trainingGrowth, 0.5),
          mapping("eddy.training.quorum", "0.75", ProcessorsConfig::trainingQuorum, 0.75),
          mapping(
              "eddy.training.round.wait.ms",
              "2000",
              ProcessorsConfig::trainingRoundWaitMillis,
              2000L),
          mapping("eddy.training.epochs.max", "3", training(TrainingSettings::maxEpochs), 3),
          mapping("eddy.training.updates.max", "33", training(TrainingSettings::maxUpdates), 33),
          mapping("eddy.training.truncation", "16", training(TrainingSettings::truncation), 16),
          mapping("eddy.training.batch.size", "4", training(TrainingSettings::batchSize), 4),
          mapping(
              "eddy.training.learning.rate",
              "0.01",
              training(TrainingSettings::learningRate),
              0.01),
          mapping("eddy.training.clip.norm", "2.5", training(TrainingSettings::clipNorm), 2.5),
          mapping("eddy.training.patience", "9", training(TrainingSettings::patience), 9),
          mapping(
              "eddy.training.validation.share",
              "0.3",
              training(TrainingSettings::validationShare),
              0.3),
          mapping("eddy.training.threads", "2", ProcessorsConfig::trainingThreads, 2),
          mapping(
              "eddy.training.heap.bytes",
              "1048576",
              ProcessorsConfig::trainingHeapBytes,
              1_048_576L),
          mapping("eddy.models.kept", "5", ProcessorsConfig::modelsKept, 5),
          mapping(
              "eddy.training.schedule",
              "PT6H",
              ProcessorsConfig::trainingSchedule,
              Optional.of(new TrainingSchedule.Every(Duration.ofHours(6)))),
          mapping("eddy.drift.enabled", "false", ProcessorsConfig::driftEnabled, false),
          mapping("eddy.drift.threshold", "10", ProcessorsConfig::driftThreshold, 10.0),
          mapping("eddy.promotion", "immediate", ProcessorsConfig::promotion, Promotion.IMMEDIATE),
          mapping("eddy.promotion.gain.min", "0.1", ProcessorsConfig::promotionGainMin, 0.1),
          mapping("eddy.trial.share", "0.5", ProcessorsConfig::trialShare, 0.5),
          mapping("eddy.trial.keys.min", "7", ProcessorsConfig::trialKeysMin, 7),
          mapping("eddy.trial.block.ms", "9", ProcessorsConfig::trialBlockMillis, 9L),
          mapping("eddy.trial.blocks.max", "99", ProcessorsConfig::trialBlocksMax, 99),
          mapping("eddy.trial.idle.ms", "60000", ProcessorsConfig::trialIdleMillis, 60_000L),
          mapping("eddy.rewarm.share", "1", ProcessorsConfig::rewarmShare, 1.0),
          mapping(
              "eddy.registry.wait.max.ms",
              "250",
              ProcessorsConfig::registryWaitMax,
              Duration.ofMillis(250)),
          mapping("eddy.warm.up.max.ms", "0", ProcessorsConfig::warmUpMax, Duration.ZERO),
          mapping(
              "eddy.state.ttl",
              "P30D",
              ProcessorsConfig::stateTtl,
              Optional.of(Duration.ofDays(30))),
          mapping(
              "eddy.store.type", "in-memory", ProcessorsConfig::storeType, StoreType.IN_MEMORY));

  private record Mapping(String value, Function<ProcessorsConfig, ?> accessor, Object expected) {}

  private static Map.Entry<String, Mapping> mapping(
      String key, String value, Function<ProcessorsConfig, ?> accessor, Object expected) {
    return Map.entry(key, new Mapping(value, accessor, expected));
  }

  private static Function<ProcessorsConfig, ?> training(Function<TrainingSettings, ?> part) {
    return config -> part.apply(config.trainingSettings());
  }

  private static Function<ProcessorsConfig, ?> series(Function<SeriesSpec, ?> part) {
    return config -> part.apply(config.forecasterSpec().series());
  }

  private static Map<String, Object> minimal() {
    Map<String, Object> properties = new HashMap<>();
    properties.put("application.id", "eddy");
    return properties;
  }

  private static Map<String, Object> with(String key, Object value) {
    Map<String, Object> properties = minimal();
    properties.put(key, value);
    return properties;
  }

  @Test
  void shouldHaveTheDocumentedDefaultForEveryKey() {
    Map<String, Object> defaults = new TreeMap<>();
    ProcessorsConfig.definition()
        .configKeys()
        .forEach((name, key) -> defaults.put(name, key.defaultValue));

    assertThat(defaults).isEqualTo(new TreeMap<>(DEFAULTS));
  }

  @Test
  void shouldHaveATestForEveryKey() {
    assertThat(new TreeSet<>(MAPPINGS.keySet()))
        .isEqualTo(new TreeSet<>(ProcessorsConfig.definition().names()));
  }

  @Test
  void shouldPassEveryKeyOnToItsAccessor() {
    MAPPINGS.forEach(
        (key, mapping) -> {
          Object usual = mapping.accessor().apply(ProcessorsConfig.of(minimal()));
          Object set = mapping.accessor().apply(ProcessorsConfig.of(with(key, mapping.value())));

          assertThat(set).as(key).isEqualTo(mapping.expected()).isNotEqualTo(usual);
        });
  }

  @Test
  void shouldDocumentEveryKeyWithWhatItExpects() {
    for (ConfigDef.ConfigKey key : ProcessorsConfig.definition().configKeys().values()) {
      assertThat(key.documentation).as(key.name).endsWith(".").hasSizeGreaterThan(20);
      assertThat(key.validator).as(key.name).isNotNull();
      assertThat(ProcessorsConfig.describe()).contains("| `" + key.name + "` |");
    }
  }

  @Test
  void shouldDescribeEachGroupAsOneTable() {
    String description = ProcessorsConfig.describe();

    assertThat(description).startsWith("## Input\n\n| key | type | default | expected |");
    assertThat(description.lines().filter(line -> line.startsWith("## ")))
        .containsExactly(
            "## Input",
            "## Topics",
            "## Network",
            "## Text",
            "## History",
            "## Training",
            "## Models",
            "## State");
    assertThat(description.lines().filter(line -> line.startsWith("|")))
        .allSatisfy(line -> assertThat(line.split("(?<!\\\\)\\|", -1)).hasSize(8));
    assertThat(description)
        .contains("| `eddy.horizon` | int | `8` | a whole number from 1 to 1024 | high |");
  }

  @Test
  void shouldNameTopicsAfterTheApplication() {
    Topics topics = ProcessorsConfig.of(minimal()).topics();

    assertThat(topics)
        .isEqualTo(
            new Topics(
                "eddy-forecasts",
                "eddy-history",
                "eddy-scores",
                "eddy-candidates",
                "eddy-models",
                "eddy-dead-letters",
                "eddy-control"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "PT0S", "-PT1H", "30 days", "PT0.0000001S", "P99999999999D"})
  void shouldRefuseATimeToLiveThatIsNoDurationAboveZero(String ttl) {
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.state.ttl", ttl)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("such as P30D or PT12H");
  }

  @Test
  void shouldRefuseATrialWithoutKeys() {
    Map<String, Object> properties = with("eddy.trial.share", "0");
    properties.put("eddy.trial.keys.min", "0");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("a trial without keys never ends");
    properties.put("eddy.promotion", "immediate");
    assertThat(ProcessorsConfig.of(properties).trialShare()).isZero();
  }

  @Test
  void shouldRefuseAMaximumOfWindowsBelowTheMinimum() {
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.training.windows.max", "3")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eddy.training.windows.max is 3")
        .hasMessageContaining("at least eddy.training.windows.min, which is 4");
  }

  @Test
  void shouldMakeTheForecasterOfTheDefaults() {
    ForecasterSpec spec = ProcessorsConfig.of(minimal()).forecasterSpec();

    assertThat(spec)
        .isEqualTo(
            new ForecasterSpec(
                CellType.LSTM,
                32,
                1,
                8,
                SeriesSpec.of(List.of(), BaseForecast.MIX),
                16,
                List.of(0.9),
                ForecastValue.MEDIAN,
                64));
  }

  @ParameterizedTest
  @CsvSource({"0, 16", "4, 16", "12, 25", "24, 49", "168, 169"})
  void shouldChooseLagsThatCoverTwoSeasons(int season, int lags) {
    Map<String, Object> properties = with("eddy.season", season);
    properties.put("eddy.window.size", 200);

    assertThat(ProcessorsConfig.of(properties).forecasterSpec().lagCount()).isEqualTo(lags);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0", "", " "})
  void shouldTakeNothingForNoSeason(String none) {
    assertThat(ProcessorsConfig.of(with("eddy.season", none)).forecasterSpec().series().seasons())
        .isEmpty();
  }

  @Test
  void shouldChooseItsLagsByTheLongestSeason() {
    assertThat(ProcessorsConfig.of(with("eddy.season", "6,24")).forecasterSpec().lagCount())
        .isEqualTo(49);
  }

  @Test
  void shouldTakeANumberWhereAListOfNumbersMayStand() {
    Map<String, Object> properties = with("eddy.season", 12);
    properties.put("eddy.confidence", 0.5);

    ForecasterSpec spec = ProcessorsConfig.of(properties).forecasterSpec();

    assertThat(spec.series().seasons()).containsExactly(12);
    assertThat(spec.confidences()).containsExactly(0.5);
  }

  @Test
  void shouldTrainWithTheSeedOfTheForecaster() {
    assertThat(ProcessorsConfig.of(with("eddy.seed", "5")).trainingSettings().seed()).isEqualTo(5);
  }

  @Test
  void shouldReadAPropertiesFile() {
    Properties properties = new Properties();
    properties.setProperty("application.id", "eddy");
    properties.setProperty("eddy.horizon", " 3 ");

    assertThat(ProcessorsConfig.of(properties).forecasterSpec().horizon()).isEqualTo(3);
  }

  // ---- problems ---------------------------------------------------------------------------------

  @ParameterizedTest
  @CsvSource({
    "eddy.horizn, eddy.horizon",
    "eddy.hiddensize, eddy.hidden.size",
    "eddy.windwo.size, eddy.window.size",
    "eddy.training.batchsize, eddy.training.batch.size",
    "eddy.Season, eddy.season"
  })
  void shouldSuggestTheNearestKeyForAnUnknownOne(String unknown, String nearest) {
    assertThatThrownBy(() -> ProcessorsConfig.of(with(unknown, "1")))
        .isInstanceOf(ConfigException.class)
        .hasMessage("unknown key " + unknown + ": did you mean " + nearest + "?");
  }

  @Test
  void shouldPointToTheReferenceWhenNoKeyIsNear() {
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.zzzzzzzzzzzzzzzzzzzz", "1")))
        .hasMessageContaining("\"eddy config describe\" lists all keys");
  }

  @Test
  void shouldRefuseWhatDoesNotFitTheJob() {
    Map<String, Object> numbers = with("eddy.input.format", "text");
    Map<String, Object> messages = with("eddy.job", "language-model");
    messages.put("eddy.input.format", "number");
    messages.put("eddy.window.size", "300");
    messages.put("eddy.promotion", "trial");
    Map<String, Object> vectors = with("eddy.job", "caption");
    vectors.put("eddy.input.format", "text");

    Map<String, Object> large = with("eddy.job", "caption");
    large.put("eddy.caption.features", "2048");

    assertThatThrownBy(() -> ProcessorsConfig.of(large))
        .hasMessageContaining("is 131072, expected at most 100000");
    assertThatThrownBy(() -> ProcessorsConfig.of(vectors))
        .hasMessageContaining("eddy.input.format is text, but a caption is about vectors")
        .hasMessageContaining("eddy.caption.features is missing");
    assertThatThrownBy(() -> ProcessorsConfig.of(numbers))
        .hasMessageContaining("eddy.input.format is text, but a forecast needs numbers");
    assertThatThrownBy(() -> ProcessorsConfig.of(messages))
        .hasMessageContaining("eddy.input.format is number, but messages are read")
        .hasMessageContaining("eddy.text.ring is 256, expected at least the 300 symbols")
        .hasMessageContaining("eddy.promotion is trial");
  }

  @Test
  void shouldAnswerMessagesByEveryTrainedModelAtOnce() {
    ProcessorsConfig config = ProcessorsConfig.of(with("eddy.job", "language-model"));

    assertThat(config.promotion()).isEqualTo(Promotion.IMMEDIATE);
    assertThat(config.topics().forecasts()).endsWith("-answers");
  }

  @Test
  void shouldReportAllProblemsAtOnce() {
    Map<String, Object> properties = new LinkedHashMap<>(minimal());
    properties.put("eddy.horizn", "3");
    properties.put("eddy.horizon", "0");
    properties.put("eddy.confidence", "1.5");
    properties.put("eddy.input.format", "xml");
    properties.put("eddy.models.kept", "many");
    properties.put("max.request.size", "1000");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith("6 problems in the configuration:\n- ")
        .hasMessageContaining("unknown key eddy.horizn: did you mean eddy.horizon?")
        .hasMessageContaining("eddy.horizon is \"0\", expected a whole number from 1 to 1024")
        .hasMessageContaining(
            "eddy.confidence is \"1.5\", expected a number between 0 and 1, both excluded")
        .hasMessageContaining("eddy.input.format is \"xml\", expected avro, json, number or text")
        .hasMessageContaining(
            "eddy.models.kept is \"many\", expected a whole number from 2 to 1000")
        .hasMessageContaining("max.request.size is 1000, expected at least 1048576");
  }

  @ParameterizedTest
  @CsvSource({
    "eddy.horizon, 1025",
    "eddy.horizon, 1.5",
    "eddy.horizon, ''",
    "eddy.season, 1",
    "eddy.season, daily",
    "eddy.season, '24,12'",
    "eddy.season, '24,24'",
    "eddy.season, '0,24'",
    "eddy.season, '24,'",
    "eddy.season, '2,3,4'",
    "eddy.season, 10001",
    "eddy.base, drift",
    "eddy.power, 1.1",
    "eddy.power, -0.1",
    "eddy.power, NaN",
    "eddy.scale, metre",
    "eddy.nonnegative, perhaps",
    "eddy.calendar, easter",
    "eddy.calendar, 'day_of_week,day_of_week'",
    "eddy.zone, Mars/Base",
    "eddy.frequency, hourly",
    "eddy.forecast.value, mode",
    "eddy.lag.count, 0",
    "eddy.confidence, 0",
    "eddy.confidence, 1",
    "eddy.confidence, NaN",
    "eddy.confidence, often",
    "eddy.confidence, ''",
    "eddy.confidence, '0.9,1'",
    "eddy.confidence, '0.9,0.9'",
    "eddy.hidden.size, -1",
    "eddy.cell, transformer",
    "eddy.training.growth, 0",
    "eddy.training.growth, Infinity",
    "eddy.training.enabled, perhaps",
    "eddy.topic.models, bad name",
    "eddy.topic.replication.factor, 0",
    "eddy.input.topic, a/b",
    "eddy.input.value.field, a..b",
    "eddy.input.value.field, ''",
    "eddy.store.type, disk",
    "eddy.registry.wait.max.ms, -1"
  })
  void shouldRefuseWhatIsOutOfRange(String key, String value) {
    assertThatThrownBy(() -> ProcessorsConfig.of(with(key, value)))
        .isInstanceOf(ConfigException.class)
        .hasMessageStartingWith(key + " is \"" + value + "\", expected ");
  }

  @Test
  void shouldRefuseASeasonThatTheRingCannotHoldTwice() {
    Map<String, Object> properties = with("eddy.season", "400");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .hasMessageContaining("eddy.season is 400")
        .hasMessageContaining("set eddy.window.size to at least 401");

    properties.put("eddy.window.size", "401");
    assertThat(ProcessorsConfig.of(properties).forecasterSpec().series().seasons())
        .containsExactly(400);
  }

  @Test
  void shouldRefuseAStateThatDoesNotFitIntoARecord() {
    Map<String, Object> properties = with("eddy.window.size", "50000");
    properties.put("eddy.training.truncation", "32");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .hasMessageContaining("the state of one key would take")
        .hasMessageContaining("expected at most 524288");
  }

  @Test
  void shouldCountWhatIsAnnouncedIntoTheState() {
    Map<String, Object> properties = with("eddy.horizon", "1000");
    ProcessorsConfig.of(properties);
    properties.put("eddy.covariates.known", "price");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected at most " + ProcessorsConfig.STATE_BYTES_MAX)
        .hasMessageContaining("name fewer fields in eddy.covariates.known");
  }

  @Test
  void shouldRefuseATruncationBeyondTheHistory() {
    Map<String, Object> properties = with("eddy.window.size", "4");
    properties.put("eddy.history.slots", "2");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .hasMessageContaining("eddy.training.truncation is 32")
        .hasMessageContaining("= 8");
  }

  @Test
  void shouldRefuseATimeFieldInABareNumber() {
    Map<String, Object> properties = with("eddy.input.format", "number");
    properties.put("eddy.input.time.field", "ts");

    assertThatThrownBy(() -> ProcessorsConfig.of(properties))
        .hasMessageContaining("the format number has no fields");
  }

  @Test
  void shouldRefuseCovariatesThatNoFieldCanHold() {
    Map<String, Object> number = with("eddy.covariates", "temperature");
    number.put("eddy.input.format", "number");
    assertThatThrownBy(() -> ProcessorsConfig.of(number))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eddy.covariates is \"temperature\", but the format number has no");
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.covariates", "load,value")))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("expected other fields than the value's");
    for (String wrong : new String[] {"a,a", "a,,b", "a..b", ","}) {
      assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.covariates", wrong)))
          .as(wrong)
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining(
              "eddy.covariates is \"" + wrong + "\", expected empty, or up to 32");
    }
  }

  @Test
  void shouldEmbedTheKeyOfABareNumberButNoField() {
    Map<String, Object> key = with("eddy.embedding", "key");
    key.put("eddy.input.format", "number");
    Map<String, Object> field = with("eddy.embedding", "region");
    field.put("eddy.input.format", "number");

    assertThat(ProcessorsConfig.of(key).forecasterSpec().series().covariates().hasKey()).isTrue();
    assertThatThrownBy(() -> ProcessorsConfig.of(field))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("eddy.embedding is \"region\", but the format number has no fields");
    for (String wrong : new String[] {"a..b", "a,b"}) {
      assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.embedding", wrong)))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("eddy.embedding is \"" + wrong + "\", expected empty, key, or a");
    }
  }

  @Test
  void shouldRefuseACovariateThatIsBothObservedAndKnown() {
    Map<String, Object> both = with("eddy.covariates", "load,price");
    both.put("eddy.covariates.known", "price");

    assertThatThrownBy(() -> ProcessorsConfig.of(both))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(
            "eddy.covariates, eddy.covariates.known and eddy.embedding do not fit")
        .hasMessageContaining("[load, price, price], expected each of them once");
  }

  @Test
  void shouldRefuseToReadATopicThatItWrites() {
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.input.topic", "eddy-forecasts")))
        .hasMessageContaining("also the name of a topic that Eddy writes");
  }

  @Test
  void shouldRefuseOneNameForTwoTopics() {
    assertThatThrownBy(() -> ProcessorsConfig.of(with("eddy.topic.models", "eddy-history")))
        .hasMessageContaining("topic \"eddy-history\" is named twice");
  }

  @Test
  void shouldAskForAName() {
    assertThatThrownBy(() -> ProcessorsConfig.of(Map.of()))
        .hasMessageContaining("eddy.topic.prefix and application.id are missing");
    assertThat(ProcessorsConfig.of(Map.of("eddy.topic.prefix", "p")).topics().models())
        .isEqualTo("p-models");
  }

  @Test
  void shouldAskAnApplicationForAllThatItNeeds() {
    assertThatThrownBy(() -> ProcessorsConfig.ofApplication(Map.of("eddy.topic.prefix", "p")))
        .hasMessageStartingWith("3 problems in the configuration:")
        .hasMessageContaining("eddy.input.topic is missing, expected the topic to forecast")
        .hasMessageContaining("application.id is missing")
        .hasMessageContaining("bootstrap.servers is missing");
  }

  @Test
  void shouldAcceptACompleteApplication() {
    Map<String, Object> properties = with("eddy.input.topic", "load");
    properties.put("bootstrap.servers", "localhost:9092");

    assertThat(ProcessorsConfig.ofApplication(properties).inputTopic()).contains("load");
  }

  // ---- Kafka's side -----------------------------------------------------------------------------

  @Test
  void shouldSetKafkaDefaultsWhereTheUserSetNone() {
    Map<String, Object> expected = new HashMap<>();
    expected.put("application.id", "eddy");
    expected.put("processing.guarantee", "exactly_once_v2");
    expected.put("statestore.cache.max.bytes", "0");
    expected.put("rocksdb.config.setter", "io.eddy.processors.state.BoundedRocksDb");
    expected.put("topology.optimization", "none");
    expected.put("ensure.explicit.internal.resource.naming", "true");
    expected.put("processing.exception.handler.global.enabled", "true");
    expected.put("topic.message.timestamp.after.max.ms", "9223372036854775807");
    expected.put("producer.linger.ms", "5");
    expected.put("consumer.auto.offset.reset", "earliest");
    expected.put("consumer.session.timeout.ms", "10000");

    assertThat(ProcessorsConfig.of(minimal()).kafkaProperties()).isEqualTo(expected);
  }

  @Test
  void shouldGiveKafkaStreamsPropertiesThatItTakes() {
    Map<String, Object> properties = with("bootstrap.servers", "localhost:9092");

    StreamsConfig streams = new StreamsConfig(ProcessorsConfig.of(properties).kafkaProperties());

    assertThat(streams.getProducerConfigs("id")).containsEntry("linger.ms", "5");
    assertThat(streams.getMainConsumerConfigs("g", "c", 0))
        .containsEntry("auto.offset.reset", "earliest");
  }

  @Test
  void shouldLeaveTheSessionToTheGroupUnderTheStreamsProtocol() {
    Map<String, Object> kafka =
        ProcessorsConfig.of(with("group.protocol", "streams")).kafkaProperties();

    assertThat(kafka).doesNotContainKey("consumer.session.timeout.ms");
  }

  @Test
  void shouldPassTheUsersSettingsOnUnchanged() {
    Map<String, Object> users = new HashMap<>();
    users.put("application.id", "mine");
    users.put("processing.guarantee", "at_least_once");
    users.put("statestore.cache.max.bytes", 1000);
    users.put("linger.ms", "50");
    users.put("auto.offset.reset", "latest");
    users.put("session.timeout.ms", "20000");
    users.put("topic.message.timestamp.after.max.ms", "1");
    users.put("rocksdb.config.setter", "mine.ConfigSetter");
    users.put("topology.optimization", "all");
    users.put("ensure.explicit.internal.resource.naming", "false");
    users.put("processing.exception.handler.global.enabled", "false");
    users.put("schema.registry.url", "mock://here");
    Map<String, Object> properties = new HashMap<>(users);
    properties.put("eddy.horizon", "3");

    assertThat(ProcessorsConfig.of(properties).kafkaProperties()).isEqualTo(users);
  }

  @Test
  void shouldCacheStoresWhereKafkaStreamsHasACacheForThem() {
    assertThat(isCached(ProcessorsConfig.of(minimal()))).isFalse();
    assertThat(isCached(ProcessorsConfig.of(with("statestore.cache.max.bytes", "0")))).isFalse();
    assertThat(isCached(ProcessorsConfig.of(with("statestore.cache.max.bytes", 1000)))).isTrue();
  }

  private static boolean isCached(ProcessorsConfig config) {
    var store = (WrappedStateStore<?, ?, ?>) config.keyStore("a store").build();
    return store.wrapped() instanceof CachingKeyValueStore;
  }

  @Test
  void shouldKnowWhetherItRunsExactlyOnce() {
    assertThat(ProcessorsConfig.of(minimal()).exactlyOnce()).isTrue();
    assertThat(ProcessorsConfig.of(with("processing.guarantee", "at_least_once")).exactlyOnce())
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"transaction.timeout.ms", "producer.transaction.timeout.ms"})
  void shouldWaitNoLongerThanHalfATransaction(String key) {
    assertThat(ProcessorsConfig.of(with(key, "3000")).registryWaitMax())
        .isEqualTo(Duration.ofMillis(1500));
    Map<String, Object> longer = with("eddy.registry.wait.max.ms", "60000");
    assertThat(ProcessorsConfig.of(longer).registryWaitMax()).isEqualTo(Duration.ofSeconds(5));
    longer.put(key, "60000");
    assertThat(ProcessorsConfig.of(longer).registryWaitMax()).isEqualTo(Duration.ofSeconds(30));
  }

  @Test
  void shouldNeverPrintASecret() {
    Map<String, Object> properties = with("sasl.jaas.config", "password=\"hunter2\"");
    properties.put("eddy.horizon", "3");

    assertThat(ProcessorsConfig.of(properties).toString())
        .doesNotContain("hunter2")
        .contains("eddy.horizon=3");
  }
}
