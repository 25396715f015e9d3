package io.eddy.processors.text;

import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.Job;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.observation.Origin;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.rollout.Decision;
import io.eddy.processors.rollout.ModelRegistry;
import io.eddy.processors.rollout.RewarmBudget;
import io.eddy.processors.state.SeriesStores;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.processors.training.SeriesHash;
import io.eddy.schemas.avro.Completion;
import io.eddy.schemas.avro.HistoryWindow;
import io.eddy.schemas.avro.MessageScore;
import io.eddy.schemas.serde.SchemaRegistry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.StoreBuilder;
import org.jspecify.annotations.Nullable;

/// A message arrives, the network reads it byte by byte after all that its key said before, and how
/// surprised it was leaves: for each message exactly one answer, or one dead letter.
///
/// Output goes to three children by name: [#ANSWERS], [#HISTORY], [#DEAD_LETTERS].
///
/// Messages are read in the order of their partition; their times decide nothing. One that was read
/// before, as its offset shows, is answered from a copy of the key's memory, and changes nothing;
/// so is one that asks, see [#PROMPT_HEADER]. The job `complete` goes on with each message besides.
///
/// Which version answers, and what happens when another takes over, is as in
/// [io.eddy.processors.forecast.ForecastProcessor]: a state carries the decision that it was
/// written under, is never read under other weights, and is built anew from the newest symbols when
/// the version changes, within a share of the thread's time.
public final class TextProcessor
    implements ProcessorSupplier<byte[], byte[], byte[], SpecificRecord> {
  /// Child that gets the answers.
  public static final String ANSWERS = "eddy-answers";

  /// Child that gets windows of history, under keys of slot and key.
  public static final String HISTORY = "eddy-history";

  /// Child that gets what could not be used.
  public static final String DEAD_LETTERS = "eddy-dead-letters";

  /// A record with this header asks: it is answered as if it came next, but its key does not
  /// remember it, and nothing is learned from it.
  public static final String PROMPT_HEADER = "eddy-prompt";

  private final ProcessorsConfig config;
  private final SchemaRegistry schemas;
  private final ModelRegistry<TrainedLanguageModel> registry;
  private final Progress progress;

  /// @param registry of this instance
  public TextProcessor(
      ProcessorsConfig config,
      SchemaRegistry schemas,
      ModelRegistry<TrainedLanguageModel> registry,
      Progress progress) {
    this.config = config;
    this.schemas = schemas;
    this.registry = registry;
    this.progress = progress;
  }

  @Override
  public Set<StoreBuilder<?>> stores() {
    return Set.of(config.keyStore(SeriesStores.STATE));
  }

  @Override
  public Processor<byte[], byte[], byte[], SpecificRecord> get() {
    return new Task();
  }

  /// One task: the keys of one partition.
  private final class Task extends MessageTask<TextState, TextContent> {
    private final TextStateCodec codec =
        new TextStateCodec(config.languageModelSpec(), config.textRing());
    private final RewarmBudget rewarming =
        new RewarmBudget(config.rewarmShare(), System.nanoTime());
    private final TextEngines engines =
        new TextEngines(config.job() == Job.COMPLETE ? config.completionSettings() : null);

    Task() {
      super(config, new MessageReader(config, schemas)::read, progress);
    }

    @Override
    TextState fresh() {
      return codec.fresh();
    }

    @Override
    TextState decode(byte[] bytes) {
      return codec.decode(bytes);
    }

    @Override
    byte[] encode(TextState state) {
      return codec.encode(state);
    }

    @Override
    Message.@Nullable Rejected<TextContent> answer(
        Record<byte[], byte[]> record, TextContent read, Origin origin) {
      String text = read.text();
      byte[] key = record.key();
      TextState state = load(key, origin);
      TextEngine engine = engineFor(state);
      boolean redelivered =
          origin.isKnown()
              && state.sourcePartition() == origin.partition()
              && origin.offset() <= state.sourceOffset();
      boolean asked = record.headers().lastHeader(PROMPT_HEADER) != null;
      byte[] message = Utf8Symbols.of(text, config.textMessageBytesMax());
      long before = state.symbols();
      int[] open = openWindow(state);
      List<Completion> completions = engine.complete(state, message, seed(key, origin));
      var scoring = Scoring.of(state, text, message, config.textAnomalyChance());
      MessageScore score =
          scoring.score(engine.read(state, message), record.timestamp(), redelivered, origin);
      score.setCompletions(completions);
      boolean remembered = !redelivered && !asked;
      List<HistoryWindow> windows =
          remembered ? windows(open, message, before, record.timestamp(), origin) : List.of();
      answer(record, score);
      for (HistoryWindow window : windows) {
        sendWindow(key, window, record.timestamp());
      }
      if (redelivered) {
        metrics().redelivered();
      }
      if (remembered) {
        state.endMessage(origin.partition(), origin.offset());
        keep(key, state);
        if (score.getIsAnomaly()) {
          metrics().anomaly();
        }
      }
      return null;
    }

    /// Of what is drawn for a message: the same whenever it is read.
    private long seed(byte[] key, Origin origin) {
      return SeriesHash.of(key, 31 * config.seed() + origin.offset());
    }

    // ---- versions -------------------------------------------------------------------------------

    /// The engine that reads for a key, whose state is then of the same version.
    private TextEngine engineFor(TextState state) {
      Decision<TrainedLanguageModel> decision = registry.current();
      if (decision.sequence() < state.decision()) {
        long started = System.nanoTime();
        try {
          decision = registry.atLeast(state.decision(), config.registryWaitMax());
        } finally {
          metrics().registryWait(System.nanoTime() - started);
        }
      }
      if (engines.follow(decision)) {
        metrics().model(decision.sequence(), decision.version());
      }
      TextEngine engine = engines.of(decision);
      if (decision.version() != state.version()) {
        TextEngine own = engines.of(state.version());
        if (state.symbols() > 0 && own != null && !rewarming.allows(System.nanoTime())) {
          metrics().putOff();
          return own;
        }
        long started = System.nanoTime();
        engine.rewarm(state);
        if (state.symbols() > 0) {
          rewarming.spend(System.nanoTime() - started);
          metrics().rewarmed();
        }
      }
      state.stamp(decision.sequence(), decision.version());
      return engine;
    }

    // ---- history --------------------------------------------------------------------------------

    /// The symbols that the key's open window holds.
    private int[] openWindow(TextState state) {
      int[] symbols = new int[(int) (state.symbols() % config.windowSize())];
      for (int i = 0; i < symbols.length; i++) {
        symbols[i] = state.symbol(symbols.length - 1 - i);
      }
      return symbols;
    }

    /// The windows that end within a message.
    ///
    /// @param open what their first holds before it
    /// @param before symbols of the key before the message
    private List<HistoryWindow> windows(
        int[] open, byte[] message, long before, long time, Origin origin) {
      int size = config.windowSize();
      List<Double> symbols = new ArrayList<>();
      for (int symbol : open) {
        symbols.add((double) symbol);
      }
      for (byte b : message) {
        symbols.add((double) Utf8Symbols.symbol(b));
      }
      symbols.add((double) Utf8Symbols.END);
      List<HistoryWindow> windows = new ArrayList<>();
      for (int from = 0; from + size <= symbols.size(); from += size) {
        long number = before / size + from / size;
        windows.add(
            HistoryWindow.newBuilder()
                .setWindow(number)
                .setSlot(newestSlot(number))
                .setFirstStep(number * size)
                .setTimes(Collections.nCopies(size, time))
                .setValues(List.copyOf(symbols.subList(from, from + size)))
                .setAnchor(ByteBuffer.allocate(0))
                .setPartition(origin.partition())
                .build());
      }
      return windows;
    }
  }
}
