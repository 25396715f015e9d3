package io.eddy.model.sequence;

import io.eddy.model.program.ProgramBuilder;
import io.eddy.model.program.Rows;
import io.eddy.model.program.Stepper;
import io.eddy.model.program.Value;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Searches for the likeliest answer of a network that reads a symbol a step and gives the
/// log-probabilities of the next: a decoder, or a language model that completes a text.
///
/// Rows of the stepper are the beams. Each step every beam is extended by every symbol, and the
/// best so many go on: a row's state is then loaded from the row that it forked from. Where the
/// beams are as many as there are answers, the search is exhaustive.
public final class BeamSearch {

  private final Stepper stepper;
  private final Value symbol;
  private final Value logProbabilities;
  private final int beamCount;
  private final float[][] states; // by row, after its last step

  /// @param stepper of `beamCount` rows, their memories written, if there are any
  /// @param stateSize floats of a row's state
  /// @param symbol what the network reads (1)
  /// @param logProbabilities of the next symbol (V)
  /// @param beamCount answers that are followed side by side
  public BeamSearch(
      Stepper stepper, int stateSize, Value symbol, Value logProbabilities, int beamCount) {
    ProgramBuilder.require(beamCount >= 1, beamCount + " beams, expected at least 1");
    ProgramBuilder.require(symbol.width() == 1, symbol + " is no symbol, expected a width of 1");
    this.stepper = stepper;
    this.symbol = symbol;
    this.logProbabilities = logProbabilities;
    this.beamCount = beamCount;
    states = new float[beamCount][stateSize];
  }

  /// Takes the likeliest symbol at every step, the first of equal ones.
  ///
  /// @param state that the answer starts from
  public Hypothesis greedy(float[] state, SearchSettings settings) {
    stepper.load(0, state, 0);
    List<Integer> symbols = new ArrayList<>();
    double sum = 0;
    int next = settings.startSymbol();
    while (true) {
      write(0, next);
      stepper.step();
      next = settings.endSymbol();
      if (symbols.size() < settings.maxLength()) {
        for (int candidate = 0; candidate < logProbabilities.width(); candidate++) {
          double gain = logProbability(0, candidate) - logProbability(0, next);
          next = gain > 0 || (gain == 0 && candidate < next) ? candidate : next;
        }
      }
      sum += logProbability(0, next);
      if (next == settings.endSymbol()) {
        return new Hypothesis(symbols, sum, settings.score(sum, symbols.size()));
      }
      symbols.add(next);
    }
  }

  private void write(int row, int next) {
    Rows rows = stepper.rows(symbol);
    rows.values()[rows.at(row)] = next;
  }

  private double logProbability(int row, int candidate) {
    Rows rows = stepper.rows(logProbabilities);
    return rows.values()[rows.at(row) + candidate];
  }

  /// An answer that is not at its end.
  ///
  /// @param row whose state it goes on from
  private record Beam(int row, List<Integer> symbols, double logProbability) {}

  /// A beam and a symbol behind it.
  private record Extension(int beam, int symbol, double logProbability) {}

  /// The best answers, best first: at most as many as there are beams.
  ///
  /// @param state that all answers start from
  public List<Hypothesis> search(float[] state, SearchSettings settings) {
    System.arraycopy(state, 0, states[0], 0, state.length);
    List<Beam> beams = List.of(new Beam(0, List.of(), 0));
    List<Hypothesis> ended = new ArrayList<>();
    for (int length = 0; length <= settings.maxLength() && !beams.isEmpty(); length++) {
      if (isDecided(beams.getFirst(), ended, settings)) {
        break;
      }
      step(beams, settings);
      List<Beam> next = new ArrayList<>();
      for (Extension extension : best(beams, length == settings.maxLength(), settings)) {
        Beam from = beams.get(extension.beam);
        if (extension.symbol == settings.endSymbol()) {
          double score = settings.score(extension.logProbability, length);
          ended.add(new Hypothesis(from.symbols, extension.logProbability, score));
        } else if (next.size() < beamCount) {
          List<Integer> symbols = new ArrayList<>(from.symbols);
          symbols.add(extension.symbol);
          next.add(new Beam(extension.beam, symbols, extension.logProbability));
        }
      }
      // Stable: among equals the one found first.
      ended.sort(Comparator.comparingDouble(Hypothesis::score).reversed());
      if (ended.size() > beamCount) {
        ended.subList(beamCount, ended.size()).clear();
      }
      beams = next;
    }
    return List.copyOf(ended);
  }

  /// Whether no beam can become better than the worst answer that is kept: log-probabilities only
  /// fall, and the penalty is mildest for the longest.
  private boolean isDecided(Beam best, List<Hypothesis> ended, SearchSettings settings) {
    return ended.size() == beamCount
        && settings.score(best.logProbability, settings.maxLength()) <= ended.getLast().score();
  }

  private void step(List<Beam> beams, SearchSettings settings) {
    for (int row = 0; row < beams.size(); row++) {
      Beam beam = beams.get(row);
      stepper.load(row, states[beam.row], 0);
      write(row, beam.symbols.isEmpty() ? settings.startSymbol() : beam.symbols.getLast());
    }
    stepper.step();
    for (int row = 0; row < beams.size(); row++) {
      stepper.store(row, states[row], 0);
    }
  }

  /// The best extensions, best first, twice as many as there are beams: as each beam has one end,
  /// at least so many go on.
  private List<Extension> best(List<Beam> beams, boolean last, SearchSettings settings) {
    List<Extension> best = new ArrayList<>();
    for (int row = 0; row < beams.size(); row++) {
      for (int candidate = 0; candidate < logProbabilities.width(); candidate++) {
        if (last && candidate != settings.endSymbol()) {
          continue;
        }
        double sum = beams.get(row).logProbability + logProbability(row, candidate);
        boolean full = best.size() == 2 * beamCount;
        if (!full || sum > best.getLast().logProbability) {
          if (full) {
            best.removeLast();
          }
          int at = best.size();
          while (at > 0 && sum > best.get(at - 1).logProbability) {
            at--;
          }
          best.add(at, new Extension(row, candidate, sum));
        }
      }
    }
    return best;
  }
}
