package io.eddy.deploy.http;

import io.eddy.deploy.app.ExecutableApplication;
import io.eddy.processors.forecast.StoredSeries;
import io.eddy.processors.state.UnreadableStateException;
import io.eddy.processors.text.StoredMessages;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// What stored states say, for JSON.
final class KeyViews {
  private static final int RECENT = 64;

  private final Optional<StoredSeries> series;
  private final Optional<StoredMessages> messages;

  KeyViews(ExecutableApplication application) {
    series = application.models().map(models -> new StoredSeries(application.config(), models));
    messages =
        series.isPresent()
            ? Optional.empty()
            : Optional.of(new StoredMessages(application.config()));
  }

  /// The state of a series for JSON; see [StoredSeries.Summary].
  record SeriesView(
      String key,
      long steps,
      long lastTime,
      @Nullable Double stepMillis,
      @Nullable Double scale,
      int missingSince,
      int inputPartition,
      long inputOffset,
      int modelVersion,
      long decision,
      int bytes,
      List<StoredSeries.Step> recent) {}

  /// The state of a key of messages for JSON; see [StoredMessages.Summary].
  record MessagesView(
      String key,
      long messages,
      long symbols,
      @Nullable Double usualSurprise,
      int inputPartition,
      long inputOffset,
      int modelVersion,
      long decision,
      int bytes) {}

  /// @throws Refusal if the state cannot be read
  Object state(String key, byte[] state) {
    return readable(
        () ->
            series
                .<Object>map(reader -> view(key, reader.summary(state, RECENT)))
                .orElseGet(() -> view(key, messages.orElseThrow().summary(state))));
  }

  /// @throws Refusal if there is no forecast of it
  ForecastView forecast(String key, byte[] state) {
    StoredSeries reader =
        series.orElseThrow(
            () ->
                new Refusal(
                    HttpStatus.NOT_FOUND,
                    "messages are not forecast: /api/v1/messages has their answers"));
    return readable(
        () ->
            reader
                .forecast(state)
                .map(forecast -> ForecastView.of(key, forecast))
                .orElseThrow(
                    () ->
                        new Refusal(
                            HttpStatus.SERVICE_UNAVAILABLE,
                            "the version that wrote this key's state is not here (yet): try again"
                                + " soon")));
  }

  private static <T> T readable(Supplier<T> read) {
    try {
      return read.get();
    } catch (UnreadableStateException e) {
      throw new Refusal(
          HttpStatus.NOT_FOUND,
          "this key's stored state cannot be used, it starts afresh at its next event: "
              + e.getMessage());
    }
  }

  private static SeriesView view(String key, StoredSeries.Summary summary) {
    return new SeriesView(
        key,
        summary.steps(),
        summary.lastTime(),
        Json.finite(summary.stepMillis()),
        Json.finite(summary.scale()),
        summary.missingSince(),
        summary.partition(),
        summary.offset(),
        summary.version(),
        summary.decision(),
        summary.bytes(),
        summary.recent());
  }

  private static MessagesView view(String key, StoredMessages.Summary summary) {
    return new MessagesView(
        key,
        summary.messages(),
        summary.symbols(),
        Json.finite(summary.usualSurprise()),
        summary.partition(),
        summary.offset(),
        summary.version(),
        summary.decision(),
        summary.bytes());
  }
}
