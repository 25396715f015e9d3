package io.eddy.processors.text;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.sequence.DrawSettings;
import io.eddy.model.sequence.Hypothesis;
import io.eddy.model.sequence.TextGenerator;
import io.eddy.model.sequence.TrainedLanguageModel;
import io.eddy.processors.config.CompletionSettings;
import io.eddy.processors.token.Utf8Symbols;
import io.eddy.schemas.avro.Completion;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Goes on with messages by one version. Not thread-safe.
final class Continuation {
  private final CompletionSettings settings;
  private final DrawSettings drawing;
  private final TextGenerator generator;

  Continuation(TrainedLanguageModel model, CompletionSettings settings) {
    this.settings = settings;
    drawing =
        new DrawSettings(
            Utf8Symbols.END,
            settings.bytesMax(),
            settings.temperature(),
            settings.topK(),
            settings.topP());
    generator =
        new TextGenerator(
            model.network(), model.parameters(), Math.max(1, settings.beams()), Kernels.best());
  }

  /// Continuations of a text.
  ///
  /// @param state of the network before its last symbol
  /// @param last that symbol
  /// @param seed of what is drawn; equal ones give equal continuations
  List<Completion> of(float[] state, int last, long seed) {
    List<Completion> completions = new ArrayList<>();
    if (settings.beams() > 0) {
      generator.search(state, last, drawing).stream()
          .limit(settings.count())
          .map(this::completion)
          .forEach(completions::add);
    } else {
      for (int i = 0; i < settings.count(); i++) {
        completions.add(completion(generator.draw(state, last, drawing, seed + i)));
      }
    }
    return completions;
  }

  /// Bytes that make up no character become the replacement character.
  private Completion completion(Hypothesis hypothesis) {
    List<Integer> symbols = hypothesis.symbols();
    byte[] bytes = new byte[symbols.size()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (int) symbols.get(i);
    }
    boolean ended = bytes.length < settings.bytesMax();
    String text = new String(bytes, StandardCharsets.UTF_8);
    int stop = settings.stop().isEmpty() ? -1 : text.indexOf(settings.stop());
    return stop < 0
        ? new Completion(text, hypothesis.logProbability(), ended)
        : new Completion(text.substring(0, stop), hypothesis.logProbability(), true);
  }
}
