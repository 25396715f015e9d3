package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import java.util.Arrays;
import java.util.List;

/// Writes sentences about vectors by a [TrainedCaptioner], one after the other. One thread at a
/// time.
public final class Captioner {

  /// What a word is taken to be worth that the captioner does not know, besides what it gives to
  /// all such words: so that to know fewer words is never better.
  private static final double UNKNOWN_PROBABILITY = 1e-6;

  private final TrainedCaptioner model;
  private final Transducer transducer;
  private final int beams;

  Captioner(TrainedCaptioner model, int beams, Kernels kernels) {
    this.model = model;
    this.beams = beams;
    transducer = model.weights().transducer(beams, kernels);
  }

  /// The sentence about vectors.
  ///
  /// @param vectors (cells, features), as many numbers each as the network reads, and no more
  ///   vectors
  public Caption caption(float[][] vectors) {
    SourceSequence source = SourceSequence.ofVectors(vectors);
    Hypothesis answer =
        beams == 1
            ? transducer.greedy(source, model.lengthMax())
            : transducer.search(source, model.lengthMax(), 0).getFirst();
    int[] symbols = answer.symbols().stream().mapToInt(Integer::intValue).toArray();
    float[][] attention = transducer.attention(source, symbols);
    List<String> words = answer.symbols().stream().map(model.words()::token).toList();
    return new Caption(words, answer.logProbability(), Arrays.copyOf(attention, symbols.length));
  }

  /// How unexpected the sentence of an example is, in nats.
  public double surprise(CaptionedVectors example) {
    int[] target = model.encode(example.caption());
    double[] logProbabilities =
        transducer.logProbabilities(SourceSequence.ofVectors(example.vectors()), target);
    long unknown = Arrays.stream(target).filter(word -> word == 0).count();
    return -Arrays.stream(logProbabilities).sum() - unknown * StrictMath.log(UNKNOWN_PROBABILITY);
  }
}
