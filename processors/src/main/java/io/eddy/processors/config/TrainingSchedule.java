package io.eddy.processors.config;

import com.cronutils.model.CronType;
import com.cronutils.model.definition.CronDefinitionBuilder;
import com.cronutils.model.time.ExecutionTime;
import com.cronutils.parser.CronParser;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;

/// When trainings follow the clock, whatever the windows say: every so often, or at times that a
/// cron expression names.
public sealed interface TrainingSchedule {
  /// Whether it is time.
  ///
  /// @param last when the last training was opened, or the task began to wait for one
  boolean isDue(Instant last, Instant now);

  /// Every so often.
  record Every(Duration interval) implements TrainingSchedule {
    @Override
    public boolean isDue(Instant last, Instant now) {
      return !now.isBefore(last.plus(interval));
    }
  }

  /// At the times of a cron expression; one that passed while nobody looked is made up for once.
  record At(ExecutionTime times, ZoneId zone) implements TrainingSchedule {
    @Override
    public boolean isDue(Instant last, Instant now) {
      return times
          .nextExecution(last.atZone(zone))
          .map(next -> !now.isBefore(next.toInstant()))
          .orElse(false);
    }
  }

  /// The schedule that a text names, or nothing for an empty text.
  ///
  /// @param text an ISO 8601 duration such as PT6H, or a cron expression of five fields such as "30
  ///   2 * * *"
  /// @param zone of a cron expression's times
  /// @throws IllegalArgumentException if it names none
  static Optional<TrainingSchedule> parse(String text, ZoneId zone) {
    String trimmed = text.trim();
    if (trimmed.isEmpty()) {
      return Optional.empty();
    }
    if (!trimmed.startsWith("P")) {
      var parser = new CronParser(CronDefinitionBuilder.instanceDefinitionFor(CronType.UNIX));
      return Optional.of(new At(ExecutionTime.forCron(parser.parse(trimmed)), zone));
    }
    try {
      Duration interval = Duration.parse(trimmed);
      if (interval.compareTo(Duration.ofSeconds(1)) < 0) {
        throw new IllegalArgumentException("the interval is shorter than a second");
      }
      return Optional.of(new Every(interval));
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(e.getMessage(), e);
    }
  }
}
