package io.eddy.deploy.demo;

import io.eddy.deploy.csv.RecordedMessages;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.terminal.Numbers;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.processors.text.TextProcessor;
import io.eddy.schemas.avro.MessageScore;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.jspecify.annotations.Nullable;

/// The story of the text: the messages of a file are a stream, a language model learns them while
/// they come, says how unexpected each is, and now and then goes on with the beginning of one that
/// it has not read yet.
public final class TextDemo {
  private static final Header PROMPT = new RecordHeader(TextProcessor.PROMPT_HEADER, new byte[0]);

  /// Messages that are sent before their answers are waited for.
  private static final int ROUND = 64;

  /// A message of so many has its beginning asked for.
  private static final int ASKED_OF = 32;

  private static final Duration SAID_EVERY = Duration.ofSeconds(2);

  /// A short file is read again until a model has gone on with so many beginnings.
  private static final int PROMPTS_MIN = 8;

  private static final int PASSES_MAX = 20;
  private static final int MEASURED = 200;

  private final RecordedMessages recording;
  private final Map<String, String> changes;
  private final int port;
  private final Optional<HttpSettings> http;
  private final Optional<Duration> longest;
  private final PrintWriter words;
  private final StopSignal stop;
  private final Progress progress = new Progress();
  private final List<Sent> sent = new ArrayList<>();
  private volatile boolean swapped;
  private int told; // answers of which something was said
  private int prompts; // that a model has gone on with
  private long saidAt = System.nanoTime();

  /// @param recording the file's messages
  /// @param changes settings over those of the story
  /// @param port of the broker; 0 for a free one
  /// @param http where it is to be seen; none: nowhere
  /// @param longest time after which it ends in any case
  /// @param words where it is said what happens
  public TextDemo(
      RecordedMessages recording,
      Map<String, String> changes,
      int port,
      Optional<HttpSettings> http,
      Optional<Duration> longest,
      PrintWriter words,
      StopSignal stop) {
    this.recording = recording;
    this.changes = Map.copyOf(changes);
    this.port = port;
    this.http = http;
    this.longest = longest;
    this.words = words;
    this.stop = stop;
  }

  /// What was sent.
  ///
  /// @param text a message, or its beginning
  /// @param rest of a beginning; null for a whole message
  private record Sent(String text, @Nullable String rest) {}

  /// Runs until the story is told.
  ///
  /// @throws io.eddy.deploy.process.UserException if something that this run rests on fails
  public TextSummary run() {
    long began = System.nanoTime();
    say("starting a broker, a schema registry and the application in this process ...");
    progress.onSwap(
        swap -> {
          swapped = true;
          say("model v" + swap.version() + " reads from here on");
        });
    List<MessageScore> answers;
    try (var stage = new MessageStage("text", settings(), port, http, progress, this::say, stop)) {
      long end = longest.map(time -> began + time.toNanos()).orElse(Long.MAX_VALUE);
      for (int pass = 0; pass < PASSES_MAX && (pass == 0 || prompts < PROMPTS_MIN); pass++) {
        play(stage, end);
        if (isOver(end)) {
          break;
        }
      }
      answers = List.copyOf(stage.awaitAnswers(sent.size()));
      tell(answers);
    }
    return summary(answers, (System.nanoTime() - began) / 1e9);
  }

  private boolean isOver(long end) {
    return stop.isRequested() || System.nanoTime() > end;
  }

  private void say(String what) {
    words.println(what);
    words.flush();
  }

  private void play(MessageStage stage, long end) {
    int row = 0;
    for (RecordedMessages.Message message : recording.messages()) {
      if (swapped && row % ASKED_OF == 0) {
        ask(stage, message);
      }
      stage.send(message.key(), message.text());
      sent.add(new Sent(message.text(), null));
      row++;
      if (row % ROUND == 0) {
        if (isOver(end)) {
          return;
        }
        stage.flush();
        tell(stage.awaitAnswers(sent.size() - ROUND));
      }
    }
    stage.flush();
    tell(stage.awaitAnswers(sent.size()));
  }

  /// Sends the first half of a message, up to the end of a word, as a prompt.
  private void ask(MessageStage stage, RecordedMessages.Message message) {
    String text = message.text();
    int middle = text.lastIndexOf(' ', text.length() / 2);
    if (middle > 0) {
      String beginning = text.substring(0, middle);
      stage.send(message.key(), beginning, PROMPT);
      sent.add(new Sent(beginning, text.substring(middle)));
    }
  }

  /// Says what is new, but not everything of a fast stream.
  private void tell(List<MessageScore> answers) {
    @Nullable String newest = null;
    for (; told < Math.min(answers.size(), sent.size()); told++) {
      String line = line(sent.get(told), answers.get(told));
      if (line != null) {
        prompts++;
        newest = line;
      }
    }
    if (newest != null && System.nanoTime() - saidAt > SAID_EVERY.toNanos()) {
      saidAt = System.nanoTime();
      Double surprise = median(surprises(answers), false);
      say(
          "%s messages, %s bits per character, model v%d"
              .formatted(
                  Numbers.count(told),
                  surprise == null ? "-" : String.format(Locale.ROOT, "%.2f", surprise),
                  answers.getLast().getModelVersion()));
      say(newest);
    }
  }

  /// A beginning with how a model goes on, or null.
  private static @Nullable String line(Sent sent, MessageScore answer) {
    return sent.rest == null || answer.getCompletions().isEmpty()
        ? null
        : "  %s [%s]  it was: [%s]"
            .formatted(sent.text, answer.getCompletions().getFirst().getText(), sent.rest);
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ProcessorsConfig.JOB, "complete");
    settings.put(ProcessorsConfig.COMPLETE_BYTES_MAX, "80");
    settings.put(ProcessorsConfig.COMPLETE_TEMPERATURE, "0.5");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "256");
    settings.put(ProcessorsConfig.HISTORY_SLOTS, "1024");
    settings.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "64");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "500");
    settings.put(ProcessorsConfig.TRAINING_TRUNCATION, "64");
    settings.put(ProcessorsConfig.TRAINING_BATCH_SIZE, "16");
    settings.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.006");
    settings.put(ProcessorsConfig.HIDDEN_SIZE, "128");
    settings.putAll(changes);
    return settings;
  }

  private List<Double> surprises(List<MessageScore> answers) {
    List<Double> surprises = new ArrayList<>();
    for (int i = 0; i < Math.min(answers.size(), sent.size()); i++) {
      Double surprise = answers.get(i).getSurprise();
      if (sent.get(i).rest == null && surprise != null) {
        surprises.add(surprise);
      }
    }
    return surprises;
  }

  /// The median of the first or the last messages that a model read.
  private static @Nullable Double median(List<Double> all, boolean first) {
    if (all.isEmpty()) {
      return null;
    }
    int count = Math.min(MEASURED, all.size());
    List<Double> some = first ? all.subList(0, count) : all.subList(all.size() - count, all.size());
    return some.stream().sorted().toList().get(count / 2);
  }

  private TextSummary summary(List<MessageScore> answers, double wallSeconds) {
    List<TextSummary.Example> examples = new ArrayList<>();
    long anomalies = 0;
    long messages = 0;
    for (int i = 0; i < answers.size(); i++) {
      Sent one = sent.get(i);
      MessageScore answer = answers.get(i);
      String rest = one.rest;
      if (rest == null) {
        messages++;
        anomalies += answer.getIsAnomaly() ? 1 : 0;
      } else if (!answer.getCompletions().isEmpty()) {
        examples.add(
            new TextSummary.Example(one.text, answer.getCompletions().getFirst().getText(), rest));
      }
    }
    List<Double> surprises = surprises(answers);
    return new TextSummary(
        messages,
        answers.size() - messages,
        answers.isEmpty() ? 0 : answers.getLast().getModelVersion(),
        median(surprises, true),
        median(surprises, false),
        anomalies,
        examples.subList(Math.max(0, examples.size() - PROMPTS_MIN), examples.size()),
        wallSeconds);
  }
}
