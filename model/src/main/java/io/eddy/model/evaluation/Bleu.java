package io.eddy.model.evaluation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// How much translations share with those of people: BLEU of a corpus (Papineni et al. 2002),
/// without smoothing.
///
/// ```
/// p_n  = Σ_sentences Σ_n-grams min(count in the candidate, largest count in a reference)
///        / Σ_sentences n-grams of the candidate
/// BP   = min(1, e^(1 - r / c))        c symbols of all candidates, r of the closest references
/// BLEU = BP · exp(1/4 · Σ_{n = 1..4} ln p_n)
/// ```
///
/// Sums are of all sentences, so the value is no mean of sentences' values. Where no four words in
/// a row are right anywhere, it is 0.
public final class Bleu {

  /// Words of the longest runs that are compared.
  public static final int ORDER = 4;

  private final long[] matches = new long[ORDER];
  private final long[] candidates = new long[ORDER];
  private long length;
  private long referenceLength;

  /// Without sentences.
  public Bleu() {}

  /// Takes a sentence in that was translated by one person.
  public void add(List<String> candidate, List<String> reference) {
    addWithReferences(candidate, List.of(reference));
  }

  /// Takes a sentence in.
  ///
  /// @param references translations by people, at least one
  public void addWithReferences(List<String> candidate, List<List<String>> references) {
    if (references.isEmpty()) {
      throw new IllegalArgumentException("a candidate without a reference, expected at least one");
    }
    length += candidate.size();
    referenceLength += closestLength(candidate.size(), references);
    for (int order = 1; order <= ORDER; order++) {
      Map<List<String>, Integer> allowed = new HashMap<>();
      for (List<String> reference : references) {
        runs(reference, order).forEach((run, count) -> allowed.merge(run, count, Math::max));
      }
      for (Map.Entry<List<String>, Integer> run : runs(candidate, order).entrySet()) {
        matches[order - 1] += Math.min(run.getValue(), allowed.getOrDefault(run.getKey(), 0));
        candidates[order - 1] += run.getValue();
      }
    }
  }

  /// Of references equally close, the shorter.
  private static int closestLength(int length, List<List<String>> references) {
    int closest = references.getFirst().size();
    for (List<String> reference : references) {
      int distance = Math.abs(reference.size() - length) - Math.abs(closest - length);
      if (distance < 0 || (distance == 0 && reference.size() < closest)) {
        closest = reference.size();
      }
    }
    return closest;
  }

  private static Map<List<String>, Integer> runs(List<String> words, int order) {
    Map<List<String>, Integer> runs = new HashMap<>();
    for (int from = 0; from + order <= words.size(); from++) {
      runs.merge(words.subList(from, from + order), 1, Integer::sum);
    }
    return runs;
  }

  /// p_n, the share of the candidates' runs of n words that occur in a reference.
  ///
  /// @param order n, from 1
  /// @return 0 where there are no such runs
  public double precision(int order) {
    long all = candidates[order - 1];
    return all == 0 ? 0 : (double) matches[order - 1] / all;
  }

  /// BP, below 1 where the candidates are shorter than the references.
  public double brevityPenalty() {
    if (length == 0) {
      return 0;
    }
    return length >= referenceLength
        ? 1
        : StrictMath.exp(1 - (double) referenceLength / (double) length);
  }

  /// BLEU, from 0 to 100.
  public double value() {
    double sum = 0;
    for (int order = 1; order <= ORDER; order++) {
      if (matches[order - 1] == 0) {
        return 0;
      }
      sum += StrictMath.log(precision(order));
    }
    return 100 * brevityPenalty() * StrictMath.exp(sum / ORDER);
  }
}
