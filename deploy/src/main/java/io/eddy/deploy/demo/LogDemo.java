package io.eddy.deploy.demo;

import io.eddy.deploy.app.Cluster;
import io.eddy.deploy.http.HttpSettings;
import io.eddy.deploy.process.ExitCode;
import io.eddy.deploy.process.StopSignal;
import io.eddy.deploy.process.UserException;
import io.eddy.processors.config.ProcessorsConfig;
import io.eddy.processors.progress.Progress;
import io.eddy.schemas.avro.MessageScore;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.jspecify.annotations.Nullable;

/// The story of the logs: the lines that the broker in this process logs are a stream of messages,
/// a language model learns them while they come, and a line from elsewhere is put among them.
///
/// The broker has something to log because topics are made and deleted. The foreign line comes once
/// a model has read enough lines to know what is usual.
public final class LogDemo {
  private static final String KEY = "broker";
  private static final String FOREIGN =
      "ERROR sshd: Failed password for invalid user admin from 203.0.113.7 port 51514 ssh2";

  private static final Duration LEARN_MAX = Duration.ofMinutes(4);
  private static final Duration PAUSE = Duration.ofMillis(20);

  /// Lines that a model reads before the foreign one: what is as rare as one in a thousand is told
  /// by how far out it lies.
  private static final int SCORED_BEFORE = 300;

  private static final int LINES_AFTER = 50;
  private static final int FIRST = 100;

  private final Map<String, String> changes;
  private final int port;
  private final Optional<HttpSettings> http;
  private final PrintWriter words;
  private final StopSignal stop;
  private final Progress progress = new Progress();
  private volatile boolean swapped;

  /// @param changes settings over those of the story
  /// @param port of the broker; 0 for a free one
  /// @param http where it is to be seen; none: nowhere
  /// @param words where it is said what happens
  public LogDemo(
      Map<String, String> changes,
      int port,
      Optional<HttpSettings> http,
      PrintWriter words,
      StopSignal stop) {
    this.changes = Map.copyOf(changes);
    this.port = port;
    this.http = http;
    this.words = words;
    this.stop = stop;
  }

  /// A line and its answer.
  private record Answered(String line, MessageScore score) {}

  /// Runs until the story is told.
  ///
  /// @throws UserException if something that this run rests on fails
  public LogSummary run() {
    long began = System.nanoTime();
    say("starting a broker, a schema registry and the application in this process ...");
    progress.onSwap(
        swap -> {
          swapped = true;
          say("model v" + swap.version() + " reads from here on");
        });
    List<String> sent = new ArrayList<>();
    int foreignAt;
    List<MessageScore> answers;
    try (BrokerLog log = BrokerLog.open();
        var stage = new MessageStage("logs", settings(), port, http, progress, this::say, stop)) {
      // What a start logs comes once, and would be most of what is learned from first.
      log.take();
      foreignAt = play(stage, log, sent);
      answers = List.copyOf(stage.awaitAnswers(sent.size()));
    } catch (ExecutionException e) {
      throw new UserException(ExitCode.FAILED, "the broker refused: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UserException(ExitCode.FAILED, "interrupted while the story was told", e);
    }
    List<Answered> answered = new ArrayList<>();
    for (int i = 0; i < answers.size(); i++) {
      answered.add(new Answered(sent.get(i), answers.get(i)));
    }
    return summary(sent.size(), answered, foreignAt, (System.nanoTime() - began) / 1e9);
  }

  private void say(String what) {
    words.println(what);
    words.flush();
  }

  /// @return which of the lines is the foreign one; -1 if it did not come to that
  private int play(MessageStage stage, BrokerLog log, List<String> sent)
      throws ExecutionException, InterruptedException {
    long deadline = System.nanoTime() + LEARN_MAX.toNanos();
    int swappedAt = -1;
    int foreignAt = -1;
    for (int round = 0; !stop.isRequested(); round++) {
      String topic = "orders-" + round;
      Admin admin = stage.admin();
      admin.createTopics(List.of(new NewTopic(topic, 1 + round % 3, (short) 1))).all().get();
      Cluster.awaitTopics(admin, List.of(topic));
      admin.deleteTopics(List.of(topic)).all().get();
      Thread.sleep(PAUSE);
      List<String> lines = log.take();
      if (foreignAt < 0 && swappedAt >= 0 && sent.size() - swappedAt >= SCORED_BEFORE) {
        foreignAt = sent.size();
        lines = new ArrayList<>(lines);
        lines.addFirst(FOREIGN);
        say("a foreign line is put among the broker's: " + FOREIGN);
      }
      for (String line : lines) {
        stage.send(KEY, line);
        sent.add(line);
      }
      stage.flush();
      if (swapped && swappedAt < 0) {
        swappedAt = sent.size();
      }
      if (foreignAt >= 0 && sent.size() > foreignAt + LINES_AFTER) {
        break;
      }
      if (System.nanoTime() > deadline) {
        throw new UserException(
            ExitCode.FAILED,
            "no model has read %d lines within %d s; see the log"
                .formatted(SCORED_BEFORE, LEARN_MAX.toSeconds()));
      }
    }
    return foreignAt;
  }

  private Map<String, String> settings() {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put(ProcessorsConfig.JOB, "language-model");
    settings.put(ProcessorsConfig.WINDOW_SIZE, "256");
    settings.put(ProcessorsConfig.HISTORY_SLOTS, "256");
    settings.put(ProcessorsConfig.TRAINING_WINDOWS_MIN, "128");
    settings.put(ProcessorsConfig.TRAINING_UPDATES_MAX, "600");
    settings.put(ProcessorsConfig.TRAINING_TRUNCATION, "64");
    settings.put(ProcessorsConfig.TRAINING_BATCH_SIZE, "16");
    settings.put(ProcessorsConfig.TRAINING_LEARNING_RATE, "0.008");
    settings.put(ProcessorsConfig.HIDDEN_SIZE, "64");
    settings.putAll(changes);
    return settings;
  }

  private static LogSummary summary(
      int lines, List<Answered> answered, int foreignAt, double wallSeconds) {
    @Nullable MessageScore foreign = foreignAt < 0 ? null : answered.get(foreignAt).score;
    List<Double> own =
        answered.stream()
            .filter(one -> !one.line.equals(FOREIGN) && one.score.getSurprise() != null)
            .map(one -> one.score.getSurprise())
            .toList();
    List<String> anomalies =
        answered.stream()
            .filter(one -> one.score.getIsAnomaly())
            .map(one -> "%.2f bits: %s".formatted(one.score.getSurprise(), one.line))
            .toList();
    boolean flagged = foreign != null && foreign.getIsAnomaly();
    return new LogSummary(
        lines,
        answered.size(),
        answered.isEmpty() ? 0 : answered.getLast().score.getModelVersion(),
        flagged,
        foreign == null ? null : foreign.getSurprise(),
        median(own),
        median(own.subList(0, Math.min(FIRST, own.size()))),
        anomalies.size() - (flagged ? 1 : 0),
        anomalies,
        wallSeconds);
  }

  private static @Nullable Double median(List<Double> values) {
    return values.isEmpty() ? null : values.stream().sorted().toList().get(values.size() / 2);
  }
}
