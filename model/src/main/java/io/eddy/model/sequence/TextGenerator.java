package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.Stepper;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Goes on with a text by a trained [LanguageModel]: one symbol after the other is drawn, or the
/// likeliest texts are searched for. Weights are shared, everything else is made once. One thread
/// at a time.
public final class TextGenerator {

  private final LanguageModelReader reader;
  private final int symbolCount;
  private final BeamSearch search;

  /// @param parameters weights, shared
  /// @param beams texts that [#search] follows side by side
  public TextGenerator(LanguageModel model, Parameters parameters, int beams, Kernels kernels) {
    symbolCount = model.spec().symbols();
    reader = new LanguageModelReader(model, parameters, kernels);
    LanguageModel.Reading reading = model.reading();
    search =
        new BeamSearch(
            new Stepper(reading.program(), parameters, beams, kernels),
            reading.program().stateSize(),
            reading.symbol(),
            reading.logProbabilities(),
            beams);
  }

  /// Draws a text. Equal arguments give equal texts.
  ///
  /// @param state of the text so far without its last symbol; not modified
  /// @param last symbol of the text so far
  /// @return with its log-probability as the network believes, whatever the temperature; the end
  ///   counts if it was drawn
  public Hypothesis draw(float[] state, int last, DrawSettings settings, long seed) {
    var random = new SplittableRandom(seed);
    reader.load(state);
    List<Integer> symbols = new ArrayList<>();
    double sum = 0;
    int next = last;
    while (symbols.size() < settings.maxLength()) {
      reader.read(next);
      next = draw(settings, random);
      sum -= reader.surprise(next);
      if (next == settings.endSymbol()) {
        break;
      }
      symbols.add(next);
    }
    return new Hypothesis(symbols, sum, sum);
  }

  private int draw(DrawSettings settings, SplittableRandom random) {
    double uniform = random.nextDouble();
    if (settings.temperature() == 0) {
      return likeliest().getFirst();
    }
    List<Integer> order = settings.topK() > 0 || settings.topP() < 1 ? likeliest() : all();
    if (settings.topK() > 0) {
      order = order.subList(0, Math.min(settings.topK(), order.size()));
    }
    double[] weights = new double[order.size()];
    double greatest = -least();
    double whole = 0;
    for (int i = 0; i < weights.length; i++) {
      // Relative to the greatest, so that a low temperature does not underflow.
      weights[i] =
          StrictMath.exp((-reader.surprise(order.get(i)) - greatest) / settings.temperature());
      whole += weights[i];
    }
    int count = weights.length;
    if (settings.topP() < 1) {
      double kept = 0;
      for (count = 0; count < weights.length && kept < settings.topP() * whole; count++) {
        kept += weights[count];
      }
      whole = kept;
    }
    double left = uniform * whole;
    for (int i = 0; i < count; i++) {
      left -= weights[i];
      if (left < 0) {
        return order.get(i);
      }
    }
    return order.get(count - 1);
  }

  private double least() {
    return IntStream.range(0, symbolCount).mapToDouble(reader::surprise).min().orElse(0);
  }

  private List<Integer> all() {
    return IntStream.range(0, symbolCount).boxed().toList();
  }

  /// All symbols, the likeliest first, of equal ones the first.
  private List<Integer> likeliest() {
    return IntStream.range(0, symbolCount)
        .boxed()
        .sorted(Comparator.comparingDouble(reader::surprise))
        .toList();
  }

  /// Searches for the likeliest texts that end within a length, best first.
  ///
  /// @param state of the text so far without its last symbol; not modified
  /// @param last symbol of the text so far
  public List<Hypothesis> search(float[] state, int last, DrawSettings settings) {
    return search.search(
        state, new SearchSettings(last, settings.endSymbol(), settings.maxLength(), 0));
  }
}
