package io.eddy.processors.config;

import io.eddy.model.SeriesState;
import io.eddy.model.cell.CellType;
import io.eddy.model.network.ForecastValue;
import io.eddy.model.network.ForecasterSpec;
import io.eddy.model.network.Head;
import io.eddy.model.sequence.CaptionerSettings;
import io.eddy.model.sequence.ClassifierSettings;
import io.eddy.model.sequence.LanguageModelSpec;
import io.eddy.model.sequence.TaggerSettings;
import io.eddy.model.sequence.TranslatorSettings;
import io.eddy.model.series.BaseForecast;
import io.eddy.model.series.CovariateSpec;
import io.eddy.model.series.EmbeddingSpec;
import io.eddy.model.series.Frequency;
import io.eddy.model.series.ScaleUnit;
import io.eddy.model.series.SeriesSpec;
import io.eddy.model.training.TrainingSettings;
import io.eddy.processors.state.BoundedRocksDb;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.token.TextTokenizer;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.processors.topic.Topics;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigDef.Importance;
import org.apache.kafka.common.config.ConfigDef.Width;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/// The settings of the processors: every key with its default, check, importance and documentation,
/// and the typed view of one configuration.
///
/// One set of properties holds Kafka's keys and Eddy's. Keys that start with `eddy.` are ours and
/// are checked, all others pass through to Kafka Streams and the schema registry as they are; see
/// [#kafkaProperties()]. A configuration that exists is valid: every problem is found, and reported
/// in one [ConfigException], when it is made.
///
/// Immutable. It holds passwords of other keys, so [#toString()] prints Eddy's keys only.
public final class ProcessorsConfig {
  /// All keys of ours start with this.
  public static final String PREFIX = "eddy.";

  private static final ConfigDef DEFINITION = new ConfigDef();
  private static final TrainingSettings TRAINING = TrainingSettings.defaults();

  // What eddy evaluate found to do well on several data sets; see docs/accuracy.md.
  private static final double CLASSIFIER_FORGOTTEN = 0.1;
  private static final double CLASSIFIER_COUNTED = 0.1;
  private static final int TAGGER_CHARACTER_SIZE = 32;
  private static final int TAGGER_FILTERS = 64;
  private static final int TAGGER_FILTER_WIDTH = 5;
  private static final int TAGGER_RARE = 1;
  private static final float TRANSLATOR_SMOOTHING = 0.1f;
  private static final int WARM_UP_MAX = 200;

  /// Numbers of a record with vectors: with half a MiB of others it makes up less than a MiB.
  private static final int CAPTION_NUMBERS_MAX = 100_000;

  // ---- input ------------------------------------------------------------------------------------

  private static final String INPUT = "Input";

  /// What the application does.
  public static final String JOB =
      define(
          "eddy.job",
          ConfigDef.Type.STRING,
          "forecast",
          Expectation.oneOf(Job.class),
          Importance.HIGH,
          INPUT,
          "What happens with each event. forecast: the series of its key is forecast."
              + " language-model: the event is a message, and a network that remembers what its key"
              + " said before tells how unexpected it is. complete: that, and the network goes on"
              + " with the message. classify: a message gets a label, tag: its words get tags,"
              + " translate: it is translated, and caption: vectors get a sentence about them;"
              + " these learn from messages that come with theirs.");

  /// The user's own topic.
  public static final String INPUT_TOPIC =
      define(
          "eddy.input.topic",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "a topic name of " + Topics.legalName(), s -> s.isEmpty() || Topics.legal(s)),
          Importance.HIGH,
          INPUT,
          "The topic to forecast: one measurement per record, the record's key names the series. "
              + "Required to run as an application; a library user passes a stream instead.");

  /// How values are written.
  public static final String INPUT_FORMAT =
      define(
          "eddy.input.format",
          ConfigDef.Type.STRING,
          "avro",
          Expectation.oneOf(InputFormat.class),
          Importance.HIGH,
          INPUT,
          "How the values are written. avro: any record in Confluent's wire format. json: an"
              + " object. number: the value alone as decimal text, such as 21.5. text: the value"
              + " alone as a message in UTF-8, for jobs that read messages.");

  /// Where the measurement stands.
  public static final String INPUT_VALUE_FIELD =
      define(
          "eddy.input.value.field",
          ConfigDef.Type.STRING,
          "value",
          Expectation.of("a field name, or names joined by dots", ProcessorsConfig::fieldPath),
          Importance.HIGH,
          INPUT,
          "The field with the measurement; a field of a nested record, or an entry of a map, is"
              + " named with dots, such as reading.power. Not used for the formats number and"
              + " text.");

  /// Where a message's label stands.
  public static final String INPUT_LABEL_FIELD =
      define(
          "eddy.input.label.field",
          ConfigDef.Type.STRING,
          "label",
          Expectation.of(
              "a field name, names joined by dots, or nothing", s -> s.isEmpty() || fieldPath(s)),
          Importance.MEDIUM,
          INPUT,
          "For the jobs classify and tag: the field with a message's label, a text, where somebody"
              + " has said it. A message without is answered, and nothing is learned from it.");

  /// Where the tags of a message's words stand.
  public static final String INPUT_TAGS_FIELD =
      define(
          "eddy.input.tags.field",
          ConfigDef.Type.STRING,
          "tags",
          Expectation.of("a field name, or names joined by dots", ProcessorsConfig::fieldPath),
          Importance.MEDIUM,
          INPUT,
          "For the job tag: the field with the tags of a message's words, an array of texts or one"
              + " text with blanks between, as many as eddy.text.tokenizer finds words. A message"
              + " without is answered, and nothing is learned from it.");

  /// Where a message's translation stands.
  public static final String INPUT_TRANSLATION_FIELD =
      define(
          "eddy.input.translation.field",
          ConfigDef.Type.STRING,
          "translation",
          Expectation.of("a field name, or names joined by dots", ProcessorsConfig::fieldPath),
          Importance.MEDIUM,
          INPUT,
          "For the job translate: the field with a message's translation, a text, where somebody"
              + " has made it. A message without is answered, and nothing is learned from it.");

  /// Where the sentence about a record's vectors stands.
  public static final String INPUT_CAPTION_FIELD =
      define(
          "eddy.input.caption.field",
          ConfigDef.Type.STRING,
          "caption",
          Expectation.of("a field name, or names joined by dots", ProcessorsConfig::fieldPath),
          Importance.MEDIUM,
          INPUT,
          "For the job caption: the field with the sentence about a record's vectors, where"
              + " somebody has written it. A record without is answered, and nothing is learned"
              + " from it. The vectors stand in eddy.input.value.field: an array of arrays of"
              + " numbers, or one array with the numbers of all vectors one after the other.");

  /// Where the time stands.
  public static final String INPUT_TIME_FIELD =
      define(
          "eddy.input.time.field",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, a field name, or names joined by dots", s -> s.isEmpty() || fieldPath(s)),
          Importance.MEDIUM,
          INPUT,
          "The field with the event's time: epoch milliseconds, an Avro timestamp, or ISO 8601 text"
              + " (UTC where it names no zone). Empty: the record's timestamp, but for Avro the"
              + " field time if the schema has one.");

  /// How far an event's time may be ahead.
  public static final String INPUT_TIME_AHEAD_MAX_MS =
      define(
          "eddy.input.time.ahead.max.ms",
          ConfigDef.Type.LONG,
          86_400_000L,
          Expectation.wholeNumber(0, Long.MAX_VALUE),
          Importance.LOW,
          INPUT,
          "How far an event's time may lie after its record's timestamp. What is further ahead is a"
              + " dead letter: one wrong clock must not move everything else.");

  /// What a record without a value means.
  public static final String INPUT_NULL =
      define(
          "eddy.input.null",
          ConfigDef.Type.STRING,
          "dead-letter",
          Expectation.oneOf(NullMeaning.class),
          Importance.MEDIUM,
          INPUT,
          "What a record with a key and no value means, such as a tombstone of a compacted topic."
              + " dead-letter: a fault of whoever sent it. forget: forget everything about the key,"
              + " as \"eddy forget\" does. A null inside of a record is a missing value either"
              + " way.");

  /// What comes with each value.
  public static final String COVARIATES =
      define(
          "eddy.covariates",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, or up to 32 different field names, or names joined by dots, with commas",
              SeriesSettings::areCovariates),
          Importance.MEDIUM,
          INPUT,
          "Fields, beside the value's, with numbers or booleans that may tell of the values that"
              + " follow, such as temperature,load. The network sees each in standard deviations"
              + " from the key's own mean, so that units do not matter, and its size on a"
              + " logarithmic scale; what never changes within a key is a static feature of the"
              + " key. One that is null or not there keeps its last known value, and the network"
              + " sees that it was missing; one of another type makes the record a dead letter.");

  /// What is known of the steps that come.
  public static final String COVARIATES_KNOWN =
      define(
          "eddy.covariates.known",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, or up to 32 different field names, or names joined by dots, with commas",
              SeriesSettings::areCovariates),
          Importance.MEDIUM,
          INPUT,
          "Fields, beside those of eddy.covariates, whose values of the next steps are known, such"
              + " as promotion,price. Each holds an array, of the value now, one step ahead, two"
              + " steps ahead, up to the horizon, where a shorter one stays as it is at its end; or"
              + " one number or boolean, which stays as it is.");

  /// Which category the network learns a row of numbers for.
  public static final String EMBEDDING =
      define(
          "eddy.embedding",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, key, or a field name, or names joined by dots",
              s -> s.isEmpty() || (fieldPath(s) && !s.contains(","))),
          Importance.MEDIUM,
          INPUT,
          "A category of which the network learns numbers of its own, for what its keys have in"
              + " common and their values do not show: key, the record's key itself, or a field,"
              + " such as region, with a text, a number or a boolean. One that the network has"
              + " never seen is answered as one that is unknown.");

  // ---- topics -----------------------------------------------------------------------------------

  private static final String TOPICS = "Topics";

  /// What the names of our topics begin with.
  public static final String TOPIC_PREFIX =
      define(
          "eddy.topic.prefix",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, or a prefix of letters, digits, dots, underscores or hyphens",
              s -> s.isEmpty() || Topics.legal(s)),
          Importance.MEDIUM,
          TOPICS,
          "What the names of Eddy's topics begin with. Empty: the application.id.");

  /// Overrides the name of the topic of answers.
  public static final String TOPIC_FORECASTS =
      topic("forecasts", "one answer for each event, keyed as the input");

  /// Overrides the name of the topic of windows.
  public static final String TOPIC_HISTORY =
      topic("history", "windows of events that the trainer reads");

  /// Overrides the name of the topic of scores.
  public static final String TOPIC_SCORES =
      topic("scores", "sums of errors per series, window and model version");

  /// Overrides the name of the topic of candidates.
  public static final String TOPIC_CANDIDATES =
      topic("candidates", "trained models that wait for a decision");

  /// Overrides the name of the topic of models.
  public static final String TOPIC_MODELS =
      topic("models", "model versions, and the decisions which of them answers");

  /// Overrides the name of the topic of dead letters.
  public static final String TOPIC_DEAD_LETTERS =
      topic("dead.letters", "what could not be processed, and why");

  /// Overrides the name of the topic of commands.
  public static final String TOPIC_CONTROL =
      topic("control", "what operators tell the application, such as to forget a key");

  /// Copies of each topic.
  public static final String TOPIC_REPLICATION_FACTOR =
      define(
          "eddy.topic.replication.factor",
          ConfigDef.Type.INT,
          -1,
          Expectation.wholeNumberOr(-1, "the broker's default", 1, Short.MAX_VALUE),
          Importance.MEDIUM,
          TOPICS,
          "Copies of each of Eddy's topics when `eddy topics create` makes them.");

  // ---- network ----------------------------------------------------------------------------------

  private static final String NETWORK = "Network";

  /// The recurrent cell.
  public static final String CELL =
      define(
          "eddy.cell",
          ConfigDef.Type.STRING,
          "lstm",
          Expectation.oneOf(CellType.class),
          Importance.MEDIUM,
          NETWORK,
          "The recurrent cell. Changing it, or any other setting of the network, starts a new "
              + "model: state and models of before do not fit.");

  /// Units per layer.
  public static final String HIDDEN_SIZE =
      define(
          "eddy.hidden.size",
          ConfigDef.Type.INT,
          32,
          Expectation.wholeNumber(1, 4096),
          Importance.MEDIUM,
          NETWORK,
          "Units of each recurrent layer. More can learn more, and costs time and state per key.");

  /// Stacked layers.
  public static final String LAYER_COUNT =
      define(
          "eddy.layer.count",
          ConfigDef.Type.INT,
          1,
          Expectation.wholeNumber(1, 16),
          Importance.LOW,
          NETWORK,
          "Recurrent layers, one on the other.");

  /// Networks that are averaged.
  public static final String ENSEMBLE =
      define(
          "eddy.ensemble",
          ConfigDef.Type.INT,
          1,
          Expectation.wholeNumber(1, 32),
          Importance.MEDIUM,
          NETWORK,
          "Networks of this shape that learn side by side from starts of their own and whose"
              + " answers are averaged, in one step. 3 to 5 make forecasts steadier; recurrence,"
              + " training and the network's state per key grow with their number.");

  /// Rows of the table of a category.
  public static final String EMBEDDING_ROWS =
      define(
          "eddy.embedding.rows",
          ConfigDef.Type.INT,
          4096,
          Expectation.wholeNumber(2, EmbeddingSpec.ROWS_MAX),
          Importance.LOW,
          NETWORK,
          "Rows of the table that eddy.embedding looks its category up in. A text or key falls into"
              + " a row by its hash, and two of one row share what is learned: take several times"
              + " as many as there are categories. Whole numbers from 0 on each have a row of"
              + " their own, if there are as many rows and one more.");

  /// Numbers that are learned of a category.
  public static final String EMBEDDING_SIZE =
      define(
          "eddy.embedding.size",
          ConfigDef.Type.INT,
          8,
          Expectation.wholeNumber(1, EmbeddingSpec.SIZE_MAX),
          Importance.LOW,
          NETWORK,
          "Numbers that the network learns of each category of eddy.embedding. They are inputs of"
              + " the recurrence and of the linear path.");

  /// What the network says of every step.
  public static final String HEAD =
      define(
          "eddy.head",
          ConfigDef.Type.STRING,
          "quantiles",
          Expectation.oneOf(Head.class),
          Importance.MEDIUM,
          NETWORK,
          "What the network says of every step ahead. quantiles: the bounds themselves, whatever"
              + " the distribution's shape. gaussian: a normal distribution, which needs less data"
              + " where it is right. student-t: the same with heavy tails, for values with"
              + " outliers. negative-binomial: counts such as sales or requests, above all small"
              + " ones; bounds are whole numbers, and eddy.nonnegative must be true and eddy.power"
              + " 1.");

  /// Steps ahead.
  public static final String HORIZON =
      define(
          "eddy.horizon",
          ConfigDef.Type.INT,
          8,
          Expectation.wholeNumber(1, 1024),
          Importance.HIGH,
          NETWORK,
          "Steps ahead that every answer covers.");

  /// Steps of each season.
  public static final String SEASON =
      define(
          "eddy.season",
          ConfigDef.Type.STRING,
          "0",
          Expectation.of(
              "0 (no season) or a whole number from 2 to 10000, or two of them with a comma, the"
                  + " shorter first",
              SeriesSettings::areSeasons),
          Importance.HIGH,
          NETWORK,
          "Steps of one season: 24 for hourly values with a daily course. Two where a longer one"
              + " lies above it: 24,168 for a daily course that differs by the day of the week.");

  /// What the network corrects.
  public static final String BASE =
      define(
          "eddy.base",
          ConfigDef.Type.STRING,
          "mix",
          Expectation.oneOf(BaseForecast.class),
          Importance.MEDIUM,
          NETWORK,
          "The forecast that the network corrects, and the answer before the first model. mix: many"
              + " simple forecasters, each weighted by how it did on this key. naive: the last"
              + " value, or the last season moved by its change; the smallest state per key.");

  /// The transform of the values.
  public static final String POWER =
      define(
          "eddy.power",
          ConfigDef.Type.DOUBLE,
          1.0,
          Expectation.within(0, 1),
          Importance.MEDIUM,
          NETWORK,
          "The power of a transform before everything else. 1: none. 0: the logarithm, where values"
              + " move in relation to their size, as prices and counts do. Between: the swings grow"
              + " more slowly than the values.");

  /// What one unit is.
  public static final String SCALE =
      define(
          "eddy.scale",
          ConfigDef.Type.STRING,
          "difference",
          Expectation.oneOf(ScaleUnit.class),
          Importance.LOW,
          NETWORK,
          "The unit in which the network sees a key's values. difference: the mean absolute"
              + " difference of neighbours, which follows a series that becomes calmer or wilder."
              + " deviation: the standard deviation of all values so far, for long horizons over"
              + " noisy steps.");

  /// Whether forecasts stay above zero.
  public static final String NONNEGATIVE =
      define(
          "eddy.nonnegative",
          ConfigDef.Type.BOOLEAN,
          false,
          Expectation.trueOrFalse(),
          Importance.MEDIUM,
          NETWORK,
          "Whether no forecast and no bound shall lie below zero, as for counts and prices.");

  /// What the network sees of the calendar.
  public static final String CALENDAR =
      define(
          "eddy.calendar",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, or hour_of_day, day_of_week and day_of_year, each at most once, with commas",
              SeriesSettings::isCalendar),
          Importance.MEDIUM,
          NETWORK,
          "What the network sees of an event's time, where values follow the clock rather than the"
              + " number of events.");

  /// Where the calendar is read.
  public static final String ZONE =
      define(
          "eddy.zone",
          ConfigDef.Type.STRING,
          "UTC",
          Expectation.of("a time zone such as UTC or Europe/Berlin", SeriesSettings::isZone),
          Importance.LOW,
          NETWORK,
          "The time zone in which the calendar is read.");

  /// How far apart a series' events are.
  public static final String FREQUENCY =
      define(
          "eddy.frequency",
          ConfigDef.Type.STRING,
          "auto",
          Expectation.of(
              "auto, events, or an ISO 8601 duration such as PT1H", SeriesSettings::isFrequency),
          Importance.MEDIUM,
          NETWORK,
          "How far apart a series' events are. Where one does not come, the series takes a step on"
              + " the median that was forecast for it, and intervals widen until the next value;"
              + " an absence longer than the ring is shortened by whole seasons. auto: each series'"
              + " own, once nine of ten spaces agree within a quarter; a series without such a"
              + " regularity takes a step with every event. events: every series does.");

  /// Past values with a linear path.
  public static final String LAG_COUNT =
      define(
          "eddy.lag.count",
          ConfigDef.Type.INT,
          -1,
          Expectation.wholeNumberOr(-1, "two seasons, at least 16, at most 169", 1, 20_000),
          Importance.LOW,
          NETWORK,
          "Past values that reach the forecast by a linear path, beside the recurrence.");

  /// Share of actuals within the interval.
  public static final String CONFIDENCE =
      define(
          "eddy.confidence",
          ConfigDef.Type.STRING,
          "0.9",
          Expectation.of(
              "a number between 0 and 1, both excluded, or up to eight different ones with commas",
              SeriesSettings::areConfidences),
          Importance.HIGH,
          NETWORK,
          "Share of actuals that shall lie between lower and upper bound. Several: the first is the"
              + " one that scores go by, the others stand in the forecast's intervals. Anomalies do"
              + " not depend on it.");

  /// Which number is the forecast.
  public static final String FORECAST_VALUE =
      define(
          "eddy.forecast.value",
          ConfigDef.Type.STRING,
          "median",
          Expectation.oneOf(ForecastValue.class),
          Importance.MEDIUM,
          NETWORK,
          "Which number of the distribution is the forecast. median: the least absolute error."
              + " mean: the least squared error, for what is summed up or paid for by its square.");

  /// Seed of everything random.
  public static final String SEED =
      define(
          "eddy.seed",
          ConfigDef.Type.LONG,
          42L,
          Expectation.anyWholeNumber(),
          Importance.LOW,
          NETWORK,
          "Seed of the first weights and of every training: the same data and seed give the same "
              + "model, bit for bit.");

  // ---- text -------------------------------------------------------------------------------------

  private static final String TEXT = "Text";

  /// Length of a symbol's embedding.
  public static final String TEXT_EMBEDDING_SIZE =
      define(
          "eddy.text.embedding.size",
          ConfigDef.Type.INT,
          32,
          Expectation.wholeNumber(1, 4096),
          Importance.LOW,
          TEXT,
          "Numbers by which the network knows each symbol of a message.");

  /// Bytes of a message that are read.
  public static final String TEXT_MESSAGE_BYTES_MAX =
      define(
          "eddy.text.message.bytes.max",
          ConfigDef.Type.INT,
          4096,
          Expectation.wholeNumber(1, 1 << 20),
          Importance.MEDIUM,
          TEXT,
          "Bytes of a message that are read, each of which is a step of the network; what comes"
              + " after them is left out, and the answer says so.");

  /// Symbols that a key keeps.
  public static final String TEXT_RING =
      define(
          "eddy.text.ring",
          ConfigDef.Type.INT,
          256,
          Expectation.wholeNumber(2, 100_000),
          Importance.LOW,
          TEXT,
          "Newest symbols of each key that are kept, so that its memory can be built anew when"
              + " another version takes over. At least eddy.window.size, which counts symbols"
              + " here.");

  /// How rare an anomaly is.
  public static final String TEXT_ANOMALY_CHANCE =
      define(
          "eddy.text.anomaly.chance",
          ConfigDef.Type.DOUBLE,
          0.001,
          Expectation.between(0, 1),
          Importance.MEDIUM,
          TEXT,
          "A message is an anomaly if no larger share of its key's messages is as surprising.");

  /// What the words of a message are.
  public static final String TEXT_TOKENIZER =
      define(
          "eddy.text.tokenizer",
          ConfigDef.Type.STRING,
          "words",
          Expectation.oneOf(TextTokenizer.class),
          Importance.MEDIUM,
          TEXT,
          "For the jobs classify and tag, what the words of a message are. words: by Unicode's"
              + " rules, punctuation left out. whitespace: what stands between blanks, for text"
              + " that somebody has taken apart before.");

  /// Words of a message that are read.
  public static final String TEXT_TOKENS_MAX =
      define(
          "eddy.text.tokens.max",
          ConfigDef.Type.INT,
          128,
          Expectation.wholeNumber(1, 4096),
          Importance.LOW,
          TEXT,
          "For the jobs classify, tag and translate: words of a message that are read, and for"
              + " translate the pieces that they are cut into; what comes after them is left out,"
              + " and the answer says so.");

  /// Words that a version knows.
  public static final String TEXT_VOCABULARY_MAX =
      define(
          "eddy.text.vocabulary.max",
          ConfigDef.Type.INT,
          20_000,
          Expectation.wholeNumber(4, 1_000_000),
          Importance.LOW,
          TEXT,
          "For the jobs that learn from what messages come with: the most frequent words of a"
              + " training, for translate pieces of words, that its version knows; every training"
              + " counts anew.");

  /// What a training drops.
  public static final String TEXT_DROPOUT =
      define(
          "eddy.text.dropout",
          ConfigDef.Type.DOUBLE,
          0.4,
          Expectation.within(0, 0.9),
          Importance.LOW,
          TEXT,
          "For the jobs that learn from what messages come with: share of the network's inputs and"
              + " outputs that a training drops at random, so that nothing hangs on single ones.");

  /// Bytes that a message is continued by.
  public static final String COMPLETE_BYTES_MAX =
      define(
          "eddy.complete.bytes.max",
          ConfigDef.Type.INT,
          200,
          Expectation.wholeNumber(1, 100_000),
          Importance.MEDIUM,
          TEXT,
          "For the job complete: bytes that a message is continued by at most, where no end is"
              + " drawn before.");

  /// How many continuations.
  public static final String COMPLETE_COUNT =
      define(
          "eddy.complete.count",
          ConfigDef.Type.INT,
          1,
          Expectation.wholeNumber(1, 100),
          Importance.MEDIUM,
          TEXT,
          "For the job complete: continuations of a message, drawn independently of each other.");

  /// How bold the draws are.
  public static final String COMPLETE_TEMPERATURE =
      define(
          "eddy.complete.temperature",
          ConfigDef.Type.DOUBLE,
          0.7,
          Expectation.within(0, 10),
          Importance.MEDIUM,
          TEXT,
          "For the job complete: what logits are divided by before a symbol is drawn: 1 draws as"
              + " the network believes, less draws more likely ones, 0 takes the likeliest.");

  /// How many symbols are drawn from.
  public static final String COMPLETE_TOP_K =
      define(
          "eddy.complete.top.k",
          ConfigDef.Type.INT,
          0,
          Expectation.wholeNumberOr(0, "all", 1, Utf8Symbols.COUNT),
          Importance.LOW,
          TEXT,
          "For the job complete: only so many of the likeliest symbols are drawn from.");

  /// How much probability is drawn from.
  public static final String COMPLETE_TOP_P =
      define(
          "eddy.complete.top.p",
          ConfigDef.Type.DOUBLE,
          1.0,
          Expectation.within(0.01, 1),
          Importance.LOW,
          TEXT,
          "For the job complete: only the likeliest symbols are drawn from that together have at"
              + " least this probability (nucleus sampling, Holtzman et al. 2020).");

  /// Width of the search.
  public static final String COMPLETE_BEAMS =
      define(
          "eddy.complete.beams",
          ConfigDef.Type.INT,
          0,
          Expectation.wholeNumberOr(0, "draw instead", 1, 64),
          Importance.LOW,
          TEXT,
          "For the job complete: search for the likeliest continuations with so many beams instead"
              + " of drawing.");

  /// What ends a continuation.
  public static final String COMPLETE_STOP =
      define(
          "eddy.complete.stop",
          ConfigDef.Type.STRING,
          "",
          Expectation.of("any text", s -> true),
          Importance.LOW,
          TEXT,
          "For the job complete: a text before which a continuation ends, besides the end of the"
              + " message. Blanks around it do not count.");

  /// How finely words are cut.
  public static final String TRANSLATE_MERGES =
      define(
          "eddy.translate.merges",
          ConfigDef.Type.INT,
          5000,
          Expectation.wholeNumberOr(0, "whole words", 1, 100_000),
          Importance.MEDIUM,
          TEXT,
          "For the job translate: frequent neighbours that become one piece, over and over, from"
              + " single characters on, in both languages (byte-pair encoding, Sennrich et al."
              + " 2016); rare words are then written piece by piece. Learned anew by every"
              + " training.");

  /// Width of the search.
  public static final String TRANSLATE_BEAMS =
      define(
          "eddy.translate.beams",
          ConfigDef.Type.INT,
          4,
          Expectation.wholeNumber(1, 64),
          Importance.MEDIUM,
          TEXT,
          "For the job translate: translations that are followed side by side; more find likelier"
              + " ones and take longer.");

  /// Pieces of a translation.
  public static final String TRANSLATE_LENGTH_MAX =
      define(
          "eddy.translate.length.max",
          ConfigDef.Type.INT,
          64,
          Expectation.wholeNumber(1, 4096),
          Importance.MEDIUM,
          TEXT,
          "For the job translate: pieces of a translation at most, of one that is learned from,"
              + " too. It is also at most twice as long as what was read of the message, and"
              + " five.");

  /// Numbers of a vector.
  public static final String CAPTION_FEATURES =
      define(
          "eddy.caption.features",
          ConfigDef.Type.INT,
          0,
          Expectation.wholeNumberOr(0, "not said", 1, 65_536),
          Importance.HIGH,
          TEXT,
          "For the job caption, and required there: numbers of each vector. They should be of about"
              + " the size of 1.");

  /// Vectors of a record.
  public static final String CAPTION_CELLS_MAX =
      define(
          "eddy.caption.cells.max",
          ConfigDef.Type.INT,
          64,
          Expectation.wholeNumber(1, 4096),
          Importance.MEDIUM,
          TEXT,
          "For the job caption: vectors of a record at most, such as the cells of a grid. A record"
              + " with more goes to the dead letters. Versions that read fewer are refused.");

  /// Width of the search.
  public static final String CAPTION_BEAMS =
      define(
          "eddy.caption.beams",
          ConfigDef.Type.INT,
          1,
          Expectation.wholeNumber(1, 64),
          Importance.LOW,
          TEXT,
          "For the job caption: sentences that are followed side by side; with 1 the likeliest word"
              + " is taken at every step.");

  /// Words of a sentence.
  public static final String CAPTION_LENGTH_MAX =
      define(
          "eddy.caption.length.max",
          ConfigDef.Type.INT,
          32,
          Expectation.wholeNumber(1, 4096),
          Importance.LOW,
          TEXT,
          "For the job caption: words of a sentence at most, of one that is learned from, too.");

  // ---- history ----------------------------------------------------------------------------------

  private static final String HISTORY = "History";

  /// Events of one window.
  public static final String WINDOW_SIZE =
      define(
          "eddy.window.size",
          ConfigDef.Type.INT,
          64,
          Expectation.wholeNumber(2, 100_000),
          Importance.MEDIUM,
          HISTORY,
          "Events of one window of a series, bytes of a key's messages where those are read. A full"
              + " window goes to the history topic; training starts from windows, so smaller ones"
              + " train earlier.");

  /// Newest windows kept per series.
  public static final String HISTORY_SLOTS =
      define(
          "eddy.history.slots",
          ConfigDef.Type.INT,
          16,
          Expectation.wholeNumber(1, 100_000),
          Importance.MEDIUM,
          HISTORY,
          "Newest windows of each series that are kept for training. Times the window size, this is"
              + " the greatest training size per series.");

  /// Older windows kept per series.
  public static final String HISTORY_RESERVOIR_SLOTS =
      define(
          "eddy.history.reservoir.slots",
          ConfigDef.Type.INT,
          4,
          Expectation.wholeNumber(0, 100_000),
          Importance.LOW,
          HISTORY,
          "Older windows of each series that are kept besides, chosen by chance, so that rare old "
              + "patterns are not forgotten.");

  // ---- training ---------------------------------------------------------------------------------

  private static final String TRAINING_GROUP = "Training";

  /// Whether this application trains.
  public static final String TRAINING_ENABLED =
      define(
          "eddy.training.enabled",
          ConfigDef.Type.BOOLEAN,
          true,
          Expectation.trueOrFalse(),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "Whether this application trains. If not, it answers with the versions it is given.");

  /// Windows before the first training.
  public static final String TRAINING_WINDOWS_MIN =
      define(
          "eddy.training.windows.min",
          ConfigDef.Type.INT,
          4,
          Expectation.wholeNumber(1, Integer.MAX_VALUE),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "Windows, of all series of a partition together, before its first training.");

  /// Windows of one training.
  public static final String TRAINING_WINDOWS_MAX =
      define(
          "eddy.training.windows.max",
          ConfigDef.Type.INT,
          0,
          Expectation.wholeNumberOr(0, "no limit", 1, Integer.MAX_VALUE),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "Windows of one training, at most: the newest by event time, whichever series they belong"
              + " to. At least eddy.training.windows.min.");

  /// What a training starts from.
  public static final String TRAINING_START =
      define(
          "eddy.training.start",
          ConfigDef.Type.STRING,
          "champion",
          Expectation.oneOf(TrainingStart.class),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "The weights that a training starts from. champion: those of the version that answers."
              + " scratch: initial ones, so that a version depends on its own windows alone, and on"
              + " no key that was forgotten before.");

  /// Growth before the next training.
  public static final String TRAINING_GROWTH =
      define(
          "eddy.training.growth",
          ConfigDef.Type.DOUBLE,
          1.0,
          Expectation.above(0),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "Trains again when as many new windows have come as this share of those of the last "
              + "training: 1.0 trains at 4, 8, 16, ... windows.");

  /// Partitions that must have contributed to a round.
  public static final String TRAINING_QUORUM =
      define(
          "eddy.training.quorum",
          ConfigDef.Type.DOUBLE,
          0.5,
          Expectation.within(0, 1),
          Importance.LOW,
          TRAINING_GROUP,
          "The partitions train each version together, each on its own series. Where some are"
              + " missing, the version is made of what the others found, once these are at least"
              + " this share; partitions without enough windows do not count.");

  /// Wait for the partitions that are missing.
  public static final String TRAINING_ROUND_WAIT_MS =
      define(
          "eddy.training.round.wait.ms",
          ConfigDef.Type.LONG,
          600_000L,
          Expectation.wholeNumber(0, Long.MAX_VALUE),
          Importance.LOW,
          TRAINING_GROUP,
          "How long what the partitions found waits for those that are missing, since the last of"
              + " them came. Longer than one training takes: those of one instance run one after"
              + " the other.");

  /// Passes over the data.
  public static final String TRAINING_EPOCHS_MAX =
      define(
          "eddy.training.epochs.max",
          ConfigDef.Type.INT,
          TRAINING.maxEpochs(),
          Expectation.wholeNumber(1, 1_000_000),
          Importance.LOW,
          TRAINING_GROUP,
          "Passes over the data of one training, at most.");

  /// Optimiser steps.
  public static final String TRAINING_UPDATES_MAX =
      define(
          "eddy.training.updates.max",
          ConfigDef.Type.INT,
          TRAINING.maxUpdates(),
          Expectation.wholeNumber(1, Integer.MAX_VALUE),
          Importance.LOW,
          TRAINING_GROUP,
          "Steps of the optimiser in one training, at most: the bound on its time.");

  /// Steps that gradients flow back.
  public static final String TRAINING_TRUNCATION =
      define(
          "eddy.training.truncation",
          ConfigDef.Type.INT,
          TRAINING.truncation(),
          Expectation.wholeNumber(1, 100_000),
          Importance.LOW,
          TRAINING_GROUP,
          "Steps that gradients flow back (truncated back-propagation through time). The state is "
              + "carried on beyond.");

  /// Series side by side.
  public static final String TRAINING_BATCH_SIZE =
      define(
          "eddy.training.batch.size",
          ConfigDef.Type.INT,
          TRAINING.batchSize(),
          Expectation.wholeNumber(1, 65_536),
          Importance.LOW,
          TRAINING_GROUP,
          "Series that are trained side by side.");

  /// Adam's rate.
  public static final String TRAINING_LEARNING_RATE =
      define(
          "eddy.training.learning.rate",
          ConfigDef.Type.DOUBLE,
          TRAINING.learningRate(),
          Expectation.between(0, 1),
          Importance.LOW,
          TRAINING_GROUP,
          "Adam's learning rate at the start; it falls by a cosine to a tenth.");

  /// Bound on the gradients.
  public static final String TRAINING_CLIP_NORM =
      define(
          "eddy.training.clip.norm",
          ConfigDef.Type.DOUBLE,
          TRAINING.clipNorm(),
          Expectation.above(0),
          Importance.LOW,
          TRAINING_GROUP,
          "Greatest norm of all gradients together; longer ones are scaled down to it.");

  /// Epochs without gain.
  public static final String TRAINING_PATIENCE =
      define(
          "eddy.training.patience",
          ConfigDef.Type.INT,
          TRAINING.patience(),
          Expectation.wholeNumber(1, 1_000_000),
          Importance.LOW,
          TRAINING_GROUP,
          "Epochs without a better validation loss before a training ends.");

  /// Share that is held out.
  public static final String TRAINING_VALIDATION_SHARE =
      define(
          "eddy.training.validation.share",
          ConfigDef.Type.DOUBLE,
          TRAINING.validationShare(),
          Expectation.between(0, 1),
          Importance.LOW,
          TRAINING_GROUP,
          "Share of each series, its newest part, that is held out to validate.");

  /// Threads of a training.
  public static final String TRAINING_THREADS =
      define(
          "eddy.training.threads",
          ConfigDef.Type.INT,
          1,
          Expectation.wholeNumber(1, 1024),
          Importance.LOW,
          TRAINING_GROUP,
          "Threads that share one training. More of them take processor time from the stream's"
              + " threads; the weights are the same, to the bit.");

  /// Heap for windows.
  public static final String TRAINING_HEAP_BYTES =
      define(
          "eddy.training.heap.bytes",
          ConfigDef.Type.LONG,
          256L << 20,
          Expectation.wholeNumber(1 << 20, Long.MAX_VALUE),
          Importance.LOW,
          TRAINING_GROUP,
          "Heap for the windows that wait for training, per partition; an open training may hold as"
              + " much again. When more history comes than fits, a sample of whole series is"
              + " trained on.");

  /// Trainings by the clock.
  public static final String TRAINING_SCHEDULE =
      define(
          "eddy.training.schedule",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, an ISO 8601 duration such as PT6H, or a cron expression of five fields such"
                  + " as 30 2 * * *",
              SeriesSettings::isSchedule),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "When a training opens by the clock of the instance, besides those that follow from the"
              + " growth of history and from drift: so long after the last one, or at these times"
              + " in eddy.zone. There must be enough windows, and a new one since the last"
              + " training.");

  /// Whether errors are watched.
  public static final String DRIFT_ENABLED =
      define(
          "eddy.drift.enabled",
          ConfigDef.Type.BOOLEAN,
          true,
          Expectation.trueOrFalse(),
          Importance.MEDIUM,
          TRAINING_GROUP,
          "Whether a training also opens when the errors of a partition's series have risen,"
              + " besides those that follow from the growth of history; again while they stay high,"
              + " five times at most.");

  /// When errors count as risen.
  public static final String DRIFT_THRESHOLD =
      define(
          "eddy.drift.threshold",
          ConfigDef.Type.DOUBLE,
          8.0,
          Expectation.above(0),
          Importance.LOW,
          TRAINING_GROUP,
          "When errors count as risen: when what their blocks, of a season each, lie above the"
              + " usual adds up to so many standard deviations, the first of each block left out."
              + " Larger: fewer trainings in vain, and a real change is noticed later.");

  // ---- models -----------------------------------------------------------------------------------

  private static final String MODELS = "Models";

  /// Versions kept.
  public static final String MODELS_KEPT =
      define(
          "eddy.models.kept",
          ConfigDef.Type.INT,
          3,
          Expectation.wholeNumber(2, 1000),
          Importance.MEDIUM,
          MODELS,
          "Newest model versions that are kept, in the models topic and on the heap of every "
              + "instance. The one that answers is always kept.");

  /// How a trained model comes to answer.
  public static final String PROMOTION =
      define(
          "eddy.promotion",
          ConfigDef.Type.STRING,
          "trial",
          Expectation.oneOf(Promotion.class),
          Importance.HIGH,
          MODELS,
          "How a trained model becomes the one that answers. trial: it runs beside the one that"
              + " answers, on live events, and takes its place when it is found better; the one"
              + " that it replaces then runs beside it, and comes back if it is the better one"
              + " after all. The very first model answers at once. immediate: every valid model"
              + " answers at once.");

  /// Least gain of a challenger.
  public static final String PROMOTION_GAIN_MIN =
      define(
          "eddy.promotion.gain.min",
          ConfigDef.Type.DOUBLE,
          0.01,
          Expectation.within(0, 1),
          Importance.MEDIUM,
          MODELS,
          "Share of the answering model's loss that another one must save to take its place.");

  /// Keys that take part in a trial.
  public static final String TRIAL_SHARE =
      define(
          "eddy.trial.share",
          ConfigDef.Type.DOUBLE,
          0.1,
          Expectation.within(0, 1),
          Importance.MEDIUM,
          MODELS,
          "Share of the keys, chosen by hash, whose events go through a second model while one is"
              + " tried or watched: each of them costs twice, and its state is kept twice.");

  /// Keys that take part at least.
  public static final String TRIAL_KEYS_MIN =
      define(
          "eddy.trial.keys.min",
          ConfigDef.Type.INT,
          64,
          Expectation.wholeNumber(0, 1_000_000),
          Importance.LOW,
          MODELS,
          "Where the share makes fewer keys of a partition than this, a larger one takes part, so"
              + " that a handful of series can be told apart, too.");

  /// Length of a block.
  public static final String TRIAL_BLOCK_MS =
      define(
          "eddy.trial.block.ms",
          ConfigDef.Type.LONG,
          0L,
          Expectation.wholeNumber(0, Long.MAX_VALUE),
          Importance.LOW,
          MODELS,
          "Stream time whose losses make one block of evidence; errors of one block should have"
              + " little in common with those of the next. 0: that of one window, or of as many as"
              + " twice the horizon takes.");

  /// Blocks of a trial.
  public static final String TRIAL_BLOCKS_MAX =
      define(
          "eddy.trial.blocks.max",
          ConfigDef.Type.INT,
          200,
          Expectation.wholeNumber(8, 1_000_000),
          Importance.LOW,
          MODELS,
          "Blocks after which a trial or watch ends without a finding. A model that saves a tenth"
              + " of the loss is found in about 120, one that saves a third in about 35.");

  /// Longest silence of a trial.
  public static final String TRIAL_IDLE_MS =
      define(
          "eddy.trial.idle.ms",
          ConfigDef.Type.LONG,
          2_592_000_000L,
          Expectation.wholeNumberOr(0, "for ever", 1, Long.MAX_VALUE),
          Importance.LOW,
          MODELS,
          "A trial or watch ends without a finding when no score of it has come for so long by the"
              + " clock: nobody sends events, or none of the keys that take part. Where events come"
              + " but no scores, it ends after twice eddy.trial.blocks.max blocks of stream time.");

  /// Time for re-warming.
  public static final String REWARM_SHARE =
      define(
          "eddy.rewarm.share",
          ConfigDef.Type.DOUBLE,
          0.2,
          Expectation.within(0, 1),
          Importance.LOW,
          MODELS,
          "Share of a stream thread's time that goes into rebuilding states after another model"
              + " took over. A key that comes when it is used up is answered by the model before,"
              + " as its answer says. 1: every key changes at its next event, however long that"
              + " takes.");

  private static final int SCORE_STEPS_MIN = 8;

  /// Longest wait for a registry.
  public static final String REGISTRY_WAIT_MAX_MS =
      define(
          "eddy.registry.wait.max.ms",
          ConfigDef.Type.LONG,
          5000L,
          Expectation.wholeNumber(0, 600_000),
          Importance.LOW,
          MODELS,
          "Longest wait of a stream thread, for the schema registry or for a decision that this"
              + " instance has not seen yet, before the task fails and is retried. Never more than"
              + " half the producer's transaction.timeout.ms.");

  /// Longest warm-up.
  public static final String WARM_UP_MAX_MS =
      define(
          "eddy.warm.up.max.ms",
          ConfigDef.Type.LONG,
          2000L,
          Expectation.wholeNumber(0, 60_000),
          Importance.LOW,
          MODELS,
          "Longest time before the start that invented events are run through the network, so that"
              + " the first real ones find compiled code: once per process and network. Usually"
              + " half a second; 0 leaves it out.");

  // ---- state ------------------------------------------------------------------------------------

  private static final String STATE = "State";

  /// Where state is kept locally.
  public static final String STORE_TYPE =
      define(
          "eddy.store.type",
          ConfigDef.Type.STRING,
          "rocksdb",
          Expectation.oneOf(StoreType.class),
          Importance.MEDIUM,
          STATE,
          "Where an instance keeps its copy of the state. rocksdb: on disk. in-memory: on the heap,"
              + " faster, but a restart reads the whole changelog.");

  /// When a series is given up.
  public static final String STATE_TTL =
      define(
          "eddy.state.ttl",
          ConfigDef.Type.STRING,
          "",
          Expectation.of(
              "empty, or a duration above zero in ISO 8601, such as P30D or PT12H",
              ProcessorsConfig::isTtl),
          Importance.MEDIUM,
          STATE,
          "How long a series may be without an event until its state is given up, by its own event"
              + " times: an event that comes later finds it cold. Its bytes go once the task has"
              + " accepted events that are later by this and by eddy.input.time.ahead.max.ms. Its"
              + " history stays for training. Empty: never.");

  /// Streams' default under exactly-once, from its `DEFAULT_TRANSACTION_TIMEOUT`.
  private static final int TRANSACTION_TIMEOUT_MS = 10_000;

  /// All the time that an event can have.
  private static final Duration TTL_MAX = Duration.ofDays(3_652_059);

  /// The largest state per key that is accepted: with keys and framing it stays within one record.
  static final int STATE_BYTES_MAX = 512 << 10;

  /// Kafka's default. Our largest records (dead letters of 900 KB, chunks and states of 512 KiB)
  /// fit.
  private static final int REQUEST_BYTES_MIN = 1 << 20;

  private final Map<String, Object> properties;
  private final Map<String, Object> values;
  private final Topics topics;
  private final ForecasterSpec forecasterSpec;
  private final TrainingSettings trainingSettings;

  private ProcessorsConfig(Map<String, Object> properties, boolean application) {
    Problems problems = new Problems();
    this.properties = properties;
    reportUnknownKeys(properties, problems);
    this.values = parse(properties, problems);
    if (application) {
      require(INPUT_TOPIC, "the topic to forecast", problems);
      require(StreamsConfig.APPLICATION_ID_CONFIG, "a name for this application", problems);
      require(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "the brokers, as host:port", problems);
    }
    checkText(problems);
    checkInput(problems);
    checkRequestSize(problems);
    checkHistory(problems);
    @Nullable Topics names = names(problems);
    @Nullable ForecasterSpec spec = spec(problems);
    @Nullable TrainingSettings training = training(problems);
    problems.throwIfAny();
    if (names == null || spec == null || training == null) {
      throw new IllegalStateException("a part of the configuration is missing without a problem");
    }
    this.topics = names;
    this.forecasterSpec = spec;
    this.trainingSettings = training;
  }

  /// The settings for a topology in a user's own application: `application.id` (or
  /// `eddy.topic.prefix`) is all that must be there.
  ///
  /// @throws ConfigException that lists every problem there is
  public static ProcessorsConfig of(Map<String, ?> properties) {
    return new ProcessorsConfig(new LinkedHashMap<>(properties), false);
  }

  /// The same from a properties file.
  ///
  /// @throws ConfigException that lists every problem there is
  public static ProcessorsConfig of(Properties properties) {
    return of(map(properties));
  }

  /// The settings to run as an application: besides, `eddy.input.topic`, `application.id` and
  /// `bootstrap.servers` must be there.
  ///
  /// @throws ConfigException that lists every problem there is
  public static ProcessorsConfig ofApplication(Map<String, ?> properties) {
    return new ProcessorsConfig(new LinkedHashMap<>(properties), true);
  }

  /// Every key of ours in a fresh copy, for tools that show or extend them.
  public static ConfigDef definition() {
    return new ConfigDef(DEFINITION);
  }

  // ---- the typed view ---------------------------------------------------------------------------

  /// The user's topic, where one is named.
  public Optional<String> inputTopic() {
    return Optional.of(text(INPUT_TOPIC)).filter(name -> !name.isEmpty());
  }

  /// How the values of the user's topic are written.
  public InputFormat inputFormat() {
    return Expectation.constant(InputFormat.class, text(INPUT_FORMAT));
  }

  /// What the application does.
  public Job job() {
    return Expectation.constant(Job.class, text(JOB));
  }

  /// Path of the field with a message's label, names joined by dots, where one is named.
  public Optional<String> labelField() {
    return Optional.of(text(INPUT_LABEL_FIELD)).filter(path -> !path.isEmpty());
  }

  /// Path of the field with the tags of a message's words, names joined by dots.
  public String tagsField() {
    return text(INPUT_TAGS_FIELD);
  }

  /// Path of the field with a message's translation, names joined by dots.
  public String translationField() {
    return text(INPUT_TRANSLATION_FIELD);
  }

  /// Path of the field with the sentence about a record's vectors, names joined by dots.
  public String captionField() {
    return text(INPUT_CAPTION_FIELD);
  }

  /// What the words of a message are.
  public TextTokenizer textTokenizer() {
    return Expectation.constant(TextTokenizer.class, text(TEXT_TOKENIZER));
  }

  /// Words of a message that are read at most.
  public int textTokensMax() {
    return whole(TEXT_TOKENS_MAX);
  }

  /// How a classifier of messages is made and learns.
  ///
  /// @param examples that it learns from
  public ClassifierSettings classifierSettings(int examples, long trainingSeed) {
    return new ClassifierSettings(
        whole(TEXT_EMBEDDING_SIZE),
        Expectation.constant(CellType.class, text(CELL)),
        whole(HIDDEN_SIZE),
        (float) real(TEXT_DROPOUT),
        whole(TEXT_VOCABULARY_MAX),
        textTokensMax(),
        CLASSIFIER_FORGOTTEN,
        CLASSIFIER_COUNTED,
        trainingSettings.batchSize(),
        trainingSettings.learningRate(),
        epochs(examples),
        trainingSettings.clipNorm(),
        trainingSeed);
  }

  /// How a tagger of messages is made and learns.
  ///
  /// @param examples that it learns from
  public TaggerSettings taggerSettings(int examples, long trainingSeed) {
    return new TaggerSettings(
        whole(TEXT_EMBEDDING_SIZE),
        TAGGER_CHARACTER_SIZE,
        TAGGER_FILTERS,
        TAGGER_FILTER_WIDTH,
        Expectation.constant(CellType.class, text(CELL)),
        whole(HIDDEN_SIZE),
        whole(LAYER_COUNT),
        (float) real(TEXT_DROPOUT),
        whole(TEXT_VOCABULARY_MAX),
        textTokensMax(),
        TAGGER_RARE,
        trainingSettings.batchSize(),
        trainingSettings.learningRate(),
        epochs(examples),
        trainingSettings.clipNorm(),
        trainingSeed);
  }

  /// How a translator of messages is made and learns.
  ///
  /// @param examples that it learns from
  public TranslatorSettings translatorSettings(int examples, long trainingSeed) {
    return new TranslatorSettings(
        whole(TRANSLATE_MERGES),
        whole(TEXT_EMBEDDING_SIZE),
        Expectation.constant(CellType.class, text(CELL)),
        whole(HIDDEN_SIZE),
        whole(LAYER_COUNT),
        (float) real(TEXT_DROPOUT),
        TRANSLATOR_SMOOTHING,
        whole(TEXT_VOCABULARY_MAX),
        textTokensMax(),
        whole(TRANSLATE_LENGTH_MAX),
        translateBeams(),
        trainingSettings.batchSize(),
        trainingSettings.learningRate(),
        warmUp(examples),
        epochs(examples),
        trainingSettings.clipNorm(),
        trainingSeed);
  }

  /// How what writes sentences about vectors is made and learns.
  ///
  /// @param examples that it learns from
  public CaptionerSettings captionerSettings(int examples, long trainingSeed) {
    return new CaptionerSettings(
        captionFeatures(),
        captionCellsMax(),
        whole(TEXT_EMBEDDING_SIZE),
        Expectation.constant(CellType.class, text(CELL)),
        whole(HIDDEN_SIZE),
        whole(LAYER_COUNT),
        (float) real(TEXT_DROPOUT),
        whole(TEXT_VOCABULARY_MAX),
        captionLengthMax(),
        trainingSettings.batchSize(),
        trainingSettings.learningRate(),
        warmUp(examples),
        epochs(examples),
        trainingSettings.clipNorm(),
        trainingSeed);
  }

  /// A tenth of the updates of a training, and no more than do well in a long one.
  private int warmUp(int examples) {
    int updates = epochs(examples) * Math.ceilDiv(examples, trainingSettings.batchSize());
    return Math.clamp(updates / 10, 1, WARM_UP_MAX);
  }

  /// Translations that are followed side by side.
  public int translateBeams() {
    return whole(TRANSLATE_BEAMS);
  }

  /// Numbers of each vector of a record.
  public int captionFeatures() {
    return whole(CAPTION_FEATURES);
  }

  /// Vectors of a record at most.
  public int captionCellsMax() {
    return whole(CAPTION_CELLS_MAX);
  }

  /// Words of a sentence about vectors at most.
  public int captionLengthMax() {
    return whole(CAPTION_LENGTH_MAX);
  }

  /// Sentences about vectors that are followed side by side.
  public int captionBeams() {
    return whole(CAPTION_BEAMS);
  }

  /// As many passes as the updates of a training allow, at least one.
  private int epochs(int examples) {
    int updates = Math.ceilDiv(examples, trainingSettings.batchSize());
    return Math.clamp(
        trainingSettings.maxUpdates() / Math.max(1, updates), 1, trainingSettings.maxEpochs());
  }

  /// How messages are continued.
  public CompletionSettings completionSettings() {
    return new CompletionSettings(
        whole(COMPLETE_BYTES_MAX),
        whole(COMPLETE_COUNT),
        real(COMPLETE_TEMPERATURE),
        whole(COMPLETE_TOP_K),
        real(COMPLETE_TOP_P),
        whole(COMPLETE_BEAMS),
        text(COMPLETE_STOP));
  }

  /// The network of a job that remembers messages.
  public LanguageModelSpec languageModelSpec() {
    return new LanguageModelSpec(
        Utf8Symbols.COUNT,
        whole(TEXT_EMBEDDING_SIZE),
        Expectation.constant(CellType.class, text(CELL)),
        whole(HIDDEN_SIZE),
        whole(LAYER_COUNT),
        0);
  }

  /// Bytes of a message that are read at most.
  public int textMessageBytesMax() {
    return whole(TEXT_MESSAGE_BYTES_MAX);
  }

  /// Newest symbols of each key that are kept.
  public int textRing() {
    return whole(TEXT_RING);
  }

  /// How rare a message is that is an anomaly.
  public double textAnomalyChance() {
    return real(TEXT_ANOMALY_CHANCE);
  }

  /// Path of the field with the measurement, names joined by dots.
  public String valueField() {
    return text(INPUT_VALUE_FIELD);
  }

  /// Path of the field with the event's time, where one is named.
  public Optional<String> timeField() {
    return Optional.of(text(INPUT_TIME_FIELD)).filter(path -> !path.isEmpty());
  }

  /// How far an event's time may lie after its record's timestamp.
  public Duration timeAheadMax() {
    return Duration.ofMillis(wide(INPUT_TIME_AHEAD_MAX_MS));
  }

  /// What a record without a value means.
  public NullMeaning inputNull() {
    return Expectation.constant(NullMeaning.class, text(INPUT_NULL));
  }

  /// The names of our topics.
  public Topics topics() {
    return topics;
  }

  /// Copies of each topic; -1 for the broker's default.
  public short replicationFactor() {
    return (short) whole(TOPIC_REPLICATION_FACTOR);
  }

  /// What the network is made of.
  public ForecasterSpec forecasterSpec() {
    return forecasterSpec;
  }

  /// Seed of the first weights and of every training.
  public long seed() {
    return wide(SEED);
  }

  /// Events of one window.
  public int windowSize() {
    return whole(WINDOW_SIZE);
  }

  /// Newest windows kept per series.
  public int historySlots() {
    return whole(HISTORY_SLOTS);
  }

  /// Older windows kept per series besides.
  public int historyReservoirSlots() {
    return whole(HISTORY_RESERVOIR_SLOTS);
  }

  /// Whether this application trains.
  public boolean trainingEnabled() {
    return (boolean) value(TRAINING_ENABLED);
  }

  /// Windows of a partition before its first training.
  public int trainingWindowsMin() {
    return whole(TRAINING_WINDOWS_MIN);
  }

  /// Windows of one training, at most; 0 for no limit.
  public int trainingWindowsMax() {
    return whole(TRAINING_WINDOWS_MAX);
  }

  /// The weights that a training starts from.
  public TrainingStart trainingStart() {
    return Expectation.constant(TrainingStart.class, text(TRAINING_START));
  }

  /// Share of new windows that starts the next training.
  public double trainingGrowth() {
    return real(TRAINING_GROWTH);
  }

  /// Share of the partitions without which a round gives no version.
  public double trainingQuorum() {
    return real(TRAINING_QUORUM);
  }

  /// How long a round waits for the partitions that are missing.
  public long trainingRoundWaitMillis() {
    return wide(TRAINING_ROUND_WAIT_MS);
  }

  /// Heap for the windows that wait for training, bytes per partition.
  public long trainingHeapBytes() {
    return wide(TRAINING_HEAP_BYTES);
  }

  /// When trainings follow the clock, if at all.
  public Optional<TrainingSchedule> trainingSchedule() {
    return TrainingSchedule.parse(text(TRAINING_SCHEDULE), forecasterSpec().series().zone());
  }

  /// Whether errors are watched.
  public boolean driftEnabled() {
    return (boolean) value(DRIFT_ENABLED);
  }

  /// Standard deviations that errors must have added up to count as risen.
  public double driftThreshold() {
    return real(DRIFT_THRESHOLD);
  }

  /// How a training runs.
  public TrainingSettings trainingSettings() {
    return trainingSettings;
  }

  /// Threads that share one training.
  public int trainingThreads() {
    return whole(TRAINING_THREADS);
  }

  /// Newest model versions that are kept.
  public int modelsKept() {
    return whole(MODELS_KEPT);
  }

  /// How a trained model becomes the one that answers.
  public Promotion promotion() {
    // What text scores has no trial yet.
    return job() == Job.FORECAST
        ? Expectation.constant(Promotion.class, text(PROMOTION))
        : Promotion.IMMEDIATE;
  }

  /// Share of the champion's loss that a challenger must save.
  public double promotionGainMin() {
    return real(PROMOTION_GAIN_MIN);
  }

  /// Share of the keys that take part in a trial.
  public double trialShare() {
    return real(TRIAL_SHARE);
  }

  /// Keys of a partition that take part at least, as far as there are so many.
  public int trialKeysMin() {
    return whole(TRIAL_KEYS_MIN);
  }

  /// Stream time of one block, 0 where the windows decide.
  public long trialBlockMillis() {
    return wide(TRIAL_BLOCK_MS);
  }

  /// Blocks of a trial at most.
  public int trialBlocksMax() {
    return whole(TRIAL_BLOCKS_MAX);
  }

  /// How long a trial goes on without a score, by the clock; 0 for ever.
  public long trialIdleMillis() {
    return wide(TRIAL_IDLE_MS);
  }

  /// Steps of a key between two scores of a trial: about those of a forecast, so that a block of
  /// evidence need not be longer than it must.
  public int scoreSteps() {
    int horizon = forecasterSpec().horizon();
    return Math.min(forecasterSpec().windowSize(), Math.max(SCORE_STEPS_MIN, horizon + 1));
  }

  /// Share of a stream thread's time for re-warming.
  public double rewarmShare() {
    return real(REWARM_SHARE);
  }

  /// Longest wait of a stream thread for a registry: as configured, but at most half the
  /// transaction timeout, since a slow record aborts its transaction, is read again, and aborts
  /// again, for ever.
  public Duration registryWaitMax() {
    long configured = wide(REGISTRY_WAIT_MAX_MS);
    return Duration.ofMillis(Math.min(configured, transactionTimeoutMs() / 2));
  }

  /// Longest warm-up before the start; zero for none.
  public Duration warmUpMax() {
    return Duration.ofMillis(wide(WARM_UP_MAX_MS));
  }

  /// Where an instance keeps its copy of the state.
  public StoreType storeType() {
    return Expectation.constant(StoreType.class, text(STORE_TYPE));
  }

  /// The store of what an instance knows of each key, as it is configured: cached where the user
  /// gives Kafka Streams a cache.
  public StoreBuilder<KeyValueStore<byte[], byte[]>> keyStore(String name) {
    var store = SeriesStores.store(storeType().keyValueStore(name));
    return cacheBytes() > 0 ? store.withCachingEnabled() : store;
  }

  private long cacheBytes() {
    Object bytes = kafkaProperties().get(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG);
    return (Long)
        ConfigDef.parseType(
            StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, bytes, ConfigDef.Type.LONG);
  }

  /// How long a series may be without an event, by event time; empty for as long as it may be.
  public Optional<Duration> stateTtl() {
    return Optional.of(text(STATE_TTL)).filter(ttl -> !ttl.isEmpty()).map(Duration::parse);
  }

  /// Whether Kafka Streams runs exactly-once.
  public boolean exactlyOnce() {
    return StreamsConfig.EXACTLY_ONCE_V2.equals(
        kafkaProperties().get(StreamsConfig.PROCESSING_GUARANTEE_CONFIG));
  }

  /// Kafka's `application.id`, where it is set.
  public Optional<String> applicationId() {
    return Optional.ofNullable(properties.get(StreamsConfig.APPLICATION_ID_CONFIG))
        .map(Object::toString)
        .filter(id -> !id.isBlank());
  }

  /// Everything that is not ours, for `KafkaStreams` and the schema registry, with these defaults
  /// where the user has set nothing:
  ///
  /// - `processing.guarantee=exactly_once_v2`: no event lost, none answered twice;
  /// - `producer.linger.ms=5`: Streams' own 100 delays every answer;
  /// - `statestore.cache.max.bytes=0`, and no cache at all then: one that holds not everything hot
  ///   slows down (measured); one that does saves most writes to store and changelog;
  /// - `rocksdb.config.setter`: one block cache and one budget of write buffers for all stores of
  ///   the JVM, see [BoundedRocksDb];
  /// - `topology.optimization=none` and `ensure.explicit.internal.resource.naming=true`: names of
  ///   state must not change with the topology;
  /// - `processing.exception.handler.global.enabled=true`: Streams warns at every start without it,
  ///   and our global processor never throws;
  /// - `topic.message.timestamp.after.max.ms` at its maximum: a clock that is ahead must not make
  ///   the broker refuse the changelog;
  /// - `auto.offset.reset=earliest`: a new application answers what is there already;
  /// - `session.timeout.ms=10000` under the classic protocol: after a thread or an instance died,
  ///   its keys wait that long for an answer (measured 46 s with Kafka's 45,000).
  public Map<String, Object> kafkaProperties() {
    Map<String, Object> kafka = new LinkedHashMap<>();
    properties.forEach(
        (key, value) -> {
          if (!key.startsWith(PREFIX)) {
            kafka.put(key, value);
          }
        });
    kafka.putIfAbsent(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
    kafka.putIfAbsent(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, "0");
    kafka.putIfAbsent(
        StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedRocksDb.class.getName());
    kafka.putIfAbsent(StreamsConfig.TOPOLOGY_OPTIMIZATION_CONFIG, StreamsConfig.NO_OPTIMIZATION);
    kafka.putIfAbsent(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, "true");
    // By name: Kafka deprecated the constant at birth, as the setting is to become the only way.
    kafka.putIfAbsent("processing.exception.handler.global.enabled", "true");
    kafka.putIfAbsent(
        StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
        Long.toString(Long.MAX_VALUE));
    putIfNeither(
        kafka,
        ProducerConfig.LINGER_MS_CONFIG,
        StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG),
        "5");
    putIfNeither(
        kafka,
        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
        StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG),
        "earliest");
    // The streams protocol has this in the group's configuration and refuses it here.
    if (!"streams"
        .equalsIgnoreCase(String.valueOf(kafka.get(StreamsConfig.GROUP_PROTOCOL_CONFIG)))) {
      putIfNeither(
          kafka,
          ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG,
          StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
          "10000");
    }
    return kafka;
  }

  /// The reference of all keys, in Markdown.
  public static String describe() {
    StringBuilder text = new StringBuilder();
    @Nullable String group = null;
    for (ConfigDef.ConfigKey key : DEFINITION.configKeys().values()) {
      if (!key.group.equals(group)) {
        group = key.group;
        text.append(text.isEmpty() ? "" : "\n").append("## ").append(group).append("\n\n");
        text.append("| key | type | default | expected | importance | what it does |\n");
        text.append("| --- | --- | --- | --- | --- | --- |\n");
      }
      String initial = String.valueOf(key.defaultValue);
      text.append("| `").append(key.name).append("` | ");
      text.append(key.type.name().toLowerCase(Locale.ROOT)).append(" | ");
      text.append(initial.isEmpty() ? "(empty)" : "`" + initial + "`").append(" | ");
      text.append(key.validator).append(" | ");
      text.append(key.importance.name().toLowerCase(Locale.ROOT)).append(" | ");
      text.append(key.documentation.replace("|", "\\|")).append(" |\n");
    }
    return text.toString();
  }

  /// Eddy's keys with their values; other keys may hold passwords and are left out.
  @Override
  public String toString() {
    return "ProcessorsConfig" + new TreeMap<>(values);
  }

  // ---- checks -----------------------------------------------------------------------------------

  private static void reportUnknownKeys(Map<String, Object> properties, Problems problems) {
    Set<String> known = DEFINITION.names();
    for (String key : properties.keySet()) {
      if (key.startsWith(PREFIX) && !known.contains(key)) {
        problems.add(
            "unknown key "
                + key
                + ": "
                + Spelling.nearest(key, known)
                    .map(nearest -> "did you mean " + nearest + "?")
                    .orElse("\"eddy config describe\" lists all keys"));
      }
    }
  }

  private static Map<String, Object> parse(Map<String, Object> properties, Problems problems) {
    Map<String, Object> values = new HashMap<>();
    for (ConfigDef.ConfigKey key : DEFINITION.configKeys().values()) {
      @Nullable Object given = properties.get(key.name);
      values.put(key.name, key.defaultValue);
      if (given == null && !properties.containsKey(key.name)) {
        continue;
      }
      try {
        @Nullable Object parsed = ConfigDef.parseType(key.name, plain(given, key.type), key.type);
        key.validator.ensureValid(key.name, parsed);
        values.put(key.name, parsed);
      } catch (ConfigException e) {
        problems.add(key.name + " is \"" + given + "\", expected " + key.validator);
      }
    }
    return values;
  }

  /// A list of numbers may be given as one number.
  private static @Nullable Object plain(@Nullable Object given, ConfigDef.Type type) {
    return type == ConfigDef.Type.STRING && given instanceof Number ? given.toString() : given;
  }

  private void require(String key, String meaning, Problems problems) {
    @Nullable Object given = properties.get(key);
    if (given == null || given.toString().isBlank()) {
      problems.add(key + " is missing, expected " + meaning);
    }
  }

  private void checkText(Problems problems) {
    if (job() == Job.FORECAST) {
      if (inputFormat() == InputFormat.TEXT) {
        problems.add(
            INPUT_FORMAT + " is text, but a forecast needs numbers, expected avro, json or number");
      }
      return;
    }
    if (inputFormat() == InputFormat.NUMBER) {
      problems.add(INPUT_FORMAT + " is number, but messages are read, expected text, json or avro");
    }
    if (job() == Job.CAPTION) {
      if (inputFormat() == InputFormat.TEXT) {
        problems.add(
            INPUT_FORMAT + " is text, but a caption is about vectors, expected avro or json");
      }
      if (captionFeatures() == 0) {
        problems.add(CAPTION_FEATURES + " is missing, expected how many numbers each vector has");
      }
      long numbers = (long) captionFeatures() * captionCellsMax();
      if (numbers > CAPTION_NUMBERS_MAX) {
        problems.add(
            CAPTION_FEATURES
                + " times "
                + CAPTION_CELLS_MAX
                + " is "
                + numbers
                + ", expected at most "
                + CAPTION_NUMBERS_MAX
                + ": windows of records must fit into one request");
      }
    }
    if (timeField().isPresent()) {
      problems.add(
          INPUT_TIME_FIELD
              + " is \""
              + timeField().get()
              + "\", but messages are read in their order, expected it to be empty");
    }
    if (properties.containsKey(PROMOTION)
        && Expectation.constant(Promotion.class, text(PROMOTION)) == Promotion.TRIAL) {
      problems.add(
          PROMOTION
              + " is trial, but models that read messages are not tried yet, expected immediate");
    }
    if (job().remembersMessages() && textRing() < whole(WINDOW_SIZE)) {
      problems.add(
          TEXT_RING
              + " is "
              + textRing()
              + ", expected at least the "
              + whole(WINDOW_SIZE)
              + " symbols of "
              + WINDOW_SIZE);
    }
  }

  private void checkInput(Problems problems) {
    if (inputFormat() == InputFormat.NUMBER && timeField().isPresent()) {
      problems.add(
          INPUT_TIME_FIELD
              + " is \""
              + timeField().get()
              + "\", but the format number has no fields, expected it to be empty: the time is the"
              + " record's timestamp");
    }
    for (String key : List.of(COVARIATES, COVARIATES_KNOWN, EMBEDDING)) {
      if (inputFormat() == InputFormat.NUMBER
          && !text(key).isEmpty()
          && !(key.equals(EMBEDDING) && text(key).equals(EmbeddingSpec.KEY))) {
        problems.add(
            key
                + " is \""
                + text(key)
                + "\", but the format number has no fields, expected it to be empty");
      }
      if (SeriesSettings.covariates(text(key), "").observed().contains(valueField())) {
        problems.add(
            key
                + " is \""
                + text(key)
                + "\", expected other fields than the value's, which the network sees anyway");
      }
    }
  }

  private void checkRequestSize(Problems problems) {
    for (String key :
        Set.of(
            ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
            StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG))) {
      @Nullable Object given = properties.get(key);
      if (given != null && number(given).filter(bytes -> bytes < REQUEST_BYTES_MIN).isPresent()) {
        problems.add(
            key
                + " is "
                + given
                + ", expected at least "
                + REQUEST_BYTES_MIN
                + ": model chunks and dead letters must fit into one request");
      }
    }
  }

  private void checkHistory(Problems problems) {
    if (whole(TRAINING_TRUNCATION) > whole(WINDOW_SIZE) * (long) whole(HISTORY_SLOTS)) {
      problems.add(
          TRAINING_TRUNCATION
              + " is "
              + whole(TRAINING_TRUNCATION)
              + ", expected at most the history of one series, "
              + WINDOW_SIZE
              + " times "
              + HISTORY_SLOTS
              + " = "
              + whole(WINDOW_SIZE) * (long) whole(HISTORY_SLOTS));
    }
    if (whole(TRAINING_WINDOWS_MAX) > 0
        && whole(TRAINING_WINDOWS_MAX) < whole(TRAINING_WINDOWS_MIN)) {
      problems.add(
          TRAINING_WINDOWS_MAX
              + " is "
              + whole(TRAINING_WINDOWS_MAX)
              + ", expected 0 for no limit, or at least "
              + TRAINING_WINDOWS_MIN
              + ", which is "
              + whole(TRAINING_WINDOWS_MIN));
    }
    if (promotion() == Promotion.TRIAL && trialShare() == 0 && trialKeysMin() == 0) {
      problems.add(
          TRIAL_SHARE
              + " and "
              + TRIAL_KEYS_MIN
              + " are 0, expected one of them above 0, or "
              + PROMOTION
              + "=immediate: a trial without keys never ends");
    }
  }

  private @Nullable Topics names(Problems problems) {
    String prefix = text(TOPIC_PREFIX);
    if (prefix.isEmpty()) {
      prefix = applicationId().orElse("");
    }
    if (prefix.isEmpty()) {
      if (!properties.containsKey(StreamsConfig.APPLICATION_ID_CONFIG)) {
        problems.add(
            TOPIC_PREFIX
                + " and "
                + StreamsConfig.APPLICATION_ID_CONFIG
                + " are missing, expected at least one: Eddy's topics are named after it");
      }
      return null;
    }
    Topics usual;
    try {
      usual = Topics.withPrefix(prefix, job() == Job.FORECAST ? Topics.FORECASTS : Topics.ANSWERS);
      Topics names =
          new Topics(
              override(TOPIC_FORECASTS, usual.forecasts()),
              override(TOPIC_HISTORY, usual.history()),
              override(TOPIC_SCORES, usual.scores()),
              override(TOPIC_CANDIDATES, usual.candidates()),
              override(TOPIC_MODELS, usual.models()),
              override(TOPIC_DEAD_LETTERS, usual.deadLetters()),
              override(TOPIC_CONTROL, usual.control()));
      if (names.all().contains(text(INPUT_TOPIC))) {
        problems.add(
            INPUT_TOPIC
                + " is \""
                + text(INPUT_TOPIC)
                + "\", which is also the name of a topic that Eddy writes, expected another name");
      }
      return names;
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage() + " (see " + TOPIC_PREFIX + ")");
      return null;
    }
  }

  private String override(String key, String usual) {
    return text(key).isEmpty() ? usual : text(key);
  }

  private @Nullable ForecasterSpec spec(Problems problems) {
    SeriesSpec series;
    try {
      series = series();
    } catch (IllegalArgumentException e) {
      problems.add(
          COVARIATES
              + ", "
              + COVARIATES_KNOWN
              + " and "
              + EMBEDDING
              + " do not fit: "
              + e.getMessage());
      return null;
    }
    int season = series.longestSeason();
    int lags = whole(LAG_COUNT);
    ForecasterSpec spec;
    try {
      spec =
          new ForecasterSpec(
              Expectation.constant(CellType.class, text(CELL)),
              whole(HIDDEN_SIZE),
              whole(LAYER_COUNT),
              whole(HORIZON),
              series,
              lags < 0 ? ForecasterSpec.automaticLagCount(season) : lags,
              SeriesSettings.confidences(text(CONFIDENCE)),
              Expectation.constant(ForecastValue.class, text(FORECAST_VALUE)),
              whole(WINDOW_SIZE),
              whole(ENSEMBLE),
              Expectation.constant(Head.class, text(HEAD)));
    } catch (IllegalArgumentException e) {
      problems.add("the network's settings do not fit: " + e.getMessage());
      return null;
    }
    if (spec.ringLength() < spec.windowSize()) {
      problems.add(
          WINDOW_SIZE
              + " is "
              + spec.windowSize()
              + ", expected at most the "
              + spec.ringLength()
              + " steps that a key's ring holds");
    }
    if (spec.ringLength() < 2 * season + 1) {
      problems.add(
          SEASON
              + " is "
              + season
              + ", but a key remembers only "
              + spec.ringLength()
              + " steps, expected two seasons and one step: set "
              + WINDOW_SIZE
              + " to at least "
              + (2 * season + 1 - spec.lookback()));
    }
    int bytes = fullStateBytes(spec);
    if (bytes > STATE_BYTES_MAX) {
      problems.add(
          "the state of one key would take "
              + bytes
              + " bytes, expected at most "
              + STATE_BYTES_MAX
              + " so that it fits into one record: lower "
              + WINDOW_SIZE
              + ", "
              + LAG_COUNT
              + ", "
              + HORIZON
              + ", "
              + HIDDEN_SIZE
              + ", "
              + LAYER_COUNT
              + " or "
              + ENSEMBLE
              + (spec.series().covariates().known().isEmpty()
                  ? ""
                  : ", or name fewer fields in " + COVARIATES_KNOWN));
    }
    return spec;
  }

  private SeriesSpec series() {
    return new SeriesSpec(
        SeriesSettings.seasons(text(SEASON)),
        Expectation.constant(BaseForecast.class, text(BASE)),
        real(POWER),
        Expectation.constant(ScaleUnit.class, text(SCALE)),
        (boolean) value(NONNEGATIVE),
        SeriesSettings.calendar(text(CALENDAR)),
        ZoneId.of(text(ZONE)),
        Frequency.parse(text(FREQUENCY)),
        covariates());
  }

  private CovariateSpec covariates() {
    CovariateSpec numbers = SeriesSettings.covariates(text(COVARIATES), text(COVARIATES_KNOWN));
    return text(EMBEDDING).isEmpty() ? numbers : numbers.withEmbedding(embedding(text(EMBEDDING)));
  }

  EmbeddingSpec embedding(String category) {
    return new EmbeddingSpec(category, whole(EMBEDDING_ROWS), whole(EMBEDDING_SIZE));
  }

  private @Nullable TrainingSettings training(Problems problems) {
    try {
      return new TrainingSettings(
          whole(TRAINING_TRUNCATION),
          whole(TRAINING_BATCH_SIZE),
          whole(TRAINING_EPOCHS_MAX),
          whole(TRAINING_UPDATES_MAX),
          whole(TRAINING_PATIENCE),
          real(TRAINING_LEARNING_RATE),
          real(TRAINING_CLIP_NORM),
          real(TRAINING_VALIDATION_SHARE),
          wide(SEED));
    } catch (IllegalArgumentException e) {
      problems.add("the training's settings do not fit: " + e.getMessage());
      return null;
    }
  }

  /// Bytes of a key's state once its ring is full.
  private static int fullStateBytes(ForecasterSpec spec) {
    SeriesState state = new SeriesState(spec);
    double[] row = new double[state.series().covariateRowSize()];
    for (int step = 0; step < spec.ringLength(); step++) {
      for (int i = 0; i < row.length; i++) {
        // Announcements that never hold take the most room.
        row[i] = (step + 1.0) * (i + 1);
      }
      state.series().append(step, step, row);
    }
    return state.byteSize();
  }

  private long transactionTimeoutMs() {
    for (String key :
        new String[] {
          StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
          ProducerConfig.TRANSACTION_TIMEOUT_CONFIG
        }) {
      @Nullable Object given = properties.get(key);
      if (given != null) {
        // What is no number is Kafka's to refuse.
        return number(given).orElse((long) TRANSACTION_TIMEOUT_MS);
      }
    }
    return TRANSACTION_TIMEOUT_MS;
  }

  private static Optional<Long> number(Object given) {
    try {
      return Optional.of(Long.parseLong(given.toString().trim()));
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  // ---- plumbing ---------------------------------------------------------------------------------

  private static String define(
      String name,
      ConfigDef.Type type,
      Object initial,
      Expectation expectation,
      Importance importance,
      String group,
      String documentation) {
    int order = DEFINITION.names().size();
    DEFINITION.define(
        name,
        type,
        initial,
        expectation,
        importance,
        documentation,
        group,
        order,
        Width.NONE,
        name);
    return name;
  }

  private static String topic(String name, String content) {
    return define(
        "eddy.topic." + name,
        ConfigDef.Type.STRING,
        "",
        Expectation.of(
            "empty, or a topic name of " + Topics.legalName(), s -> s.isEmpty() || Topics.legal(s)),
        Importance.LOW,
        TOPICS,
        "The topic with "
            + content
            + ". Empty: the prefix and \"-"
            + name.replace('.', '-')
            + "\".");
  }

  private static boolean isTtl(String text) {
    if (text.isBlank()) {
      return true;
    }
    try {
      Duration ttl = Duration.parse(text.trim());
      return ttl.toMillis() > 0 && ttl.compareTo(TTL_MAX) <= 0;
    } catch (DateTimeParseException | ArithmeticException e) {
      return false;
    }
  }

  static boolean fieldPath(String path) {
    for (String name : path.split("\\.", -1)) {
      if (name.isBlank()) {
        return false;
      }
    }
    return true;
  }

  private static void putIfNeither(
      Map<String, Object> kafka, String plain, String prefixed, Object initial) {
    if (!kafka.containsKey(plain)) {
      kafka.putIfAbsent(prefixed, initial);
    }
  }

  private static Map<String, Object> map(Properties properties) {
    Map<String, Object> map = new LinkedHashMap<>();
    for (String name : properties.stringPropertyNames()) {
      map.put(name, properties.getProperty(name));
    }
    return map;
  }

  private Object value(String key) {
    @Nullable Object value = values.get(key);
    if (value == null) {
      throw new IllegalStateException(key + " has no value");
    }
    return value;
  }

  private String text(String key) {
    return ((String) value(key)).trim();
  }

  private int whole(String key) {
    return (int) value(key);
  }

  private long wide(String key) {
    return (long) value(key);
  }

  private double real(String key) {
    return (double) value(key);
  }
}
