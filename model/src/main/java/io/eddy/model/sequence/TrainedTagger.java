package io.eddy.model.sequence;

import io.eddy.model.kernel.Kernels;
import io.eddy.model.parameter.Parameters;
import io.eddy.model.program.ProgramBuilder;
import java.util.List;
import java.util.Map;

/// A tagger of texts with all that it has learned: words, characters and their numbers, the names
/// of tags and labels, weights. Immutable by contract: nobody writes to its weights.
///
/// @param tags their names, by number
/// @param labels names of the labels of a whole text, by number; none where texts have none
/// @param spelling weights of the network over characters; taken over, not copied
/// @param tagging weights of the network over words; taken over, not copied
/// @param provenance where it comes from; no clock, so that equal trainings give equal bytes
public record TrainedTagger(
    SequenceTagger network,
    List<String> tags,
    List<String> labels,
    Parameters spelling,
    Parameters tagging,
    Map<String, String> provenance) {

  public TrainedTagger {
    SequenceTaggerSpec spec = network.spec();
    tags = List.copyOf(tags);
    labels = List.copyOf(labels);
    ProgramBuilder.require(
        spec.tagCount() == tags.size() && spec.labelCount() == labels.size(),
        tags.size() + " tags and " + labels.size() + " labels for a network of " + spec);
    ProgramBuilder.require(
        spelling.specs().equals(network.spellingParameters())
            && tagging.specs().equals(network.taggingParameters()),
        "the weights are not those of the network of " + spec);
    provenance = Map.copyOf(provenance);
  }

  /// The same with other words on where it comes from.
  public TrainedTagger withProvenance(Map<String, String> other) {
    return new TrainedTagger(network, tags, labels, spelling, tagging, other);
  }

  /// Whether tags are parts of spans, as BIO writes them: `O`, `B-x`, `I-x`.
  public boolean hasSpans() {
    return tags.stream()
        .allMatch(tag -> tag.equals("O") || tag.startsWith("B-") || tag.startsWith("I-"));
  }

  /// One that tags texts. Weights are shared, everything else is made once.
  ///
  /// @param batchSize texts that are read side by side
  public TextTagger reader(int batchSize, Kernels kernels) {
    return new TextTagger(this, batchSize, kernels);
  }

  /// Floats learned.
  public long parameterCount() {
    return (long) spelling.elementCount() + tagging.elementCount();
  }

  TaggedMessage encode(AnnotatedText text) {
    AnnotatedText read = text.upTo(network.spec().maxLength());
    return new TaggedMessage(
        read.tokens(),
        read.tags().stream().map(tags::indexOf).toList(),
        Math.max(0, labels.indexOf(read.label())));
  }
}
